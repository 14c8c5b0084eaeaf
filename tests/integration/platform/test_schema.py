"""The migrated schema is the declared one."""

from __future__ import annotations

import importlib
import pkgutil

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

import bedside
from bedside.platform.database.base import Base, PatientData
from bedside.platform.database.migrate import head, migrate
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.database.urls import sqlalchemy_url

# Alembic's own, and the queue's, which procrastinate declares.
FOREIGN = ("alembic_version", "procrastinate_")


def _load_every_table() -> None:
    for module in pkgutil.walk_packages(bedside.__path__, "bedside."):
        if module.name.rpartition(".")[2].endswith(("tables", "ledger", "idempotency")):
            importlib.import_module(module.name)


def test_migrated_schema_equals_declared_schema(urls: DatabaseUrls) -> None:
    _load_every_table()
    engine = create_engine(sqlalchemy_url(urls.require("owner")))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(FOREIGN),
            },
        )
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_every_table_with_patient_data_has_forced_row_level_security(urls: DatabaseUrls) -> None:
    _load_every_table()
    tables = {m.local_table.name for m in Base.registry.mappers if issubclass(m.class_, PatientData)}
    engine = create_engine(sqlalchemy_url(urls.require("owner")))
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        ).scalars()
        secured = set(rows)
        present = set(inspect(connection).get_table_names())
    engine.dispose()
    assert tables
    assert tables <= present
    assert tables <= secured


def test_migrating_again_changes_nothing(urls: DatabaseUrls) -> None:
    assert migrate(urls.require("owner")) is False
    assert head()
