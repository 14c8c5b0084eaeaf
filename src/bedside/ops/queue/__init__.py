"""Background jobs as administrators see them. Ids only: a job's arguments are never read."""
