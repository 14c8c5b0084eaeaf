"""Mail to a list of addresses."""
