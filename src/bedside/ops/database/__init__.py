"""The database as operators set it up and look at it."""
