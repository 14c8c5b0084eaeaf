"""The machine that Bedside runs on: its checks."""
