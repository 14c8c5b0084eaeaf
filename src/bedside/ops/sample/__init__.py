"""Sample data: back to the beginning, in development alone."""
