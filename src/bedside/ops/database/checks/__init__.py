"""The checks of the database, by subject: PostgreSQL 15 to 18, as the monitor role."""
