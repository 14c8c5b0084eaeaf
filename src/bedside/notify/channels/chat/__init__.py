"""Chat rooms, through Apprise."""
