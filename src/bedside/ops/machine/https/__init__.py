"""The time as a web server tells it."""
