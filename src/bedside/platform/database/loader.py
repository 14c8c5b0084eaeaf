"""Alembic and SQLAlchemy, imported only when there is something to migrate (1.3 s)."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from bedside.platform.database.urls import sqlalchemy_url


def upgrade_to_head(owner_url: str, *, lock_timeout_seconds: int = 10) -> None:
    """Run the outstanding migrations, each in a transaction of its own."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, event

    config = Config()
    config.set_main_option("script_location", str(Path(str(resources.files("bedside.migrations")))))
    engine = create_engine(sqlalchemy_url(owner_url), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _timeouts(connection, _record):  # type: ignore[no-untyped-def]
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{lock_timeout_seconds}s'")
        connection.commit()

    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
