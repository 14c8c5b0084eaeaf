"""Rights and row-level security as migrations state them. Names here are frozen: migrations rely on them."""

from __future__ import annotations

from alembic import op

ROLES = {
    "app": "bedside_app",
    "jobs": "bedside_jobs",
    "monitor": "bedside_monitor",
    "backup": "bedside_backup",
}


def grant(table: str, *, app: str) -> None:
    """Grant rights on a table to the app's role: ``app="SELECT, INSERT"``."""
    op.execute(f"GRANT {app} ON {table} TO {ROLES['app']}")


def enable_row_security(table: str) -> None:
    """Turn row-level security on, for the table's owner too."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def policy(table: str, name: str, *, command: str = "ALL", using: str | None = None, check: str | None = None) -> None:
    """Create one policy for the app's role."""
    parts = [f"CREATE POLICY {name} ON {table} FOR {command} TO {ROLES['app']}"]
    if using:
        parts.append(f"USING ({using})")
    if check:
        parts.append(f"WITH CHECK ({check})")
    op.execute(" ".join(parts))
