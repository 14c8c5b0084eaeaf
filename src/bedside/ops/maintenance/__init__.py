"""Database care, retention, legal holds and maintenance windows."""
