"""Running procedures, and keeping each run: who, when, what was done, found and left for a person."""
