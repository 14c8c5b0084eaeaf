"""Alembic's entry: always on the connection that ``platform.database.migrate`` hands over."""

from alembic import context

from bedside.platform.database.base import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
