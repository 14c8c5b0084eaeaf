"""Alembic migrations, one head. They run as the owner role, under an advisory lock."""
