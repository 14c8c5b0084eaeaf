"""Telephones, through Apprise."""
