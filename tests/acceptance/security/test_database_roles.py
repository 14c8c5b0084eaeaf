"""The database roles beside the app's: the queue's, the monitor's, the backup's."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.support.house import SECRET, House
from tests.support.row_world import CHARTS, NO_ROW_SECURITY, Connection, Rows, copy_of_a_row
from tests.support.rows import ALL, TABLES

pytestmark = pytest.mark.xdist_group("security-database-roles")

COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def rights(connection: Connection, role: str) -> dict[str, set[str]]:
    """Return what ``role`` may do with each table."""
    found = {}
    for table in TABLES:
        checks = [sql.SQL("has_table_privilege({}, {}, {})").format(role, table, command) for command in COMMANDS]
        row = connection.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(checks))).fetchone()
        assert row is not None
        found[table] = {command for command, has in zip(COMMANDS, row, strict=True) if has}
    return found


def test_the_queues_role_reaches_the_queue_alone(house: House, rows: Rows) -> None:
    with psycopg.connect(house.urls.require("jobs")) as connection:
        queue = {name for name in TABLES if name.startswith("procrastinate_")}
        found = rights(connection, "bedside_jobs")
        assert {name for name, may in found.items() if may} == queue
        for table in set(TABLES) - queue:
            connection.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT 1 FROM {table}")  # type: ignore[arg-type]


def test_the_monitors_role_reads_no_patients_row(house: House, rows: Rows) -> None:
    with psycopg.connect(house.urls.require("monitor")) as connection:
        found = rights(connection, "bedside_monitor")
        assert {name: may for name, may in found.items() if may} == {name: {"SELECT"} for name in NO_ROW_SECURITY}
        for table in CHARTS:
            connection.rollback()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT 1 FROM {table}")  # type: ignore[arg-type]
        connection.rollback()
        row = connection.execute("SELECT string_agg(query, ' ') FROM pg_stat_activity").fetchone()
        assert row is not None
        assert SECRET not in str(row[0])


def test_the_backups_role_reads_every_row_and_writes_none(house: House, rows: Rows) -> None:
    with psycopg.connect(house.urls.require("backup")) as connection:
        assert {frozenset(may) for may in rights(connection, "bedside_backup").values()} == {frozenset({"SELECT"})}
        for table in TABLES:
            found = {row[0] for row in connection.execute(f"SELECT ctid::text FROM {table}")}  # type: ignore[arg-type]
            assert found == rows.truth("nobody", table, ALL), table
        for table, expected in TABLES.items():
            update, delete = f"UPDATE {table} SET {expected.assign}", f"DELETE FROM {table}"
            insert, value = copy_of_a_row(rows, "nobody", table, expected)
            for statement, values in ((update, None), (delete, None), (insert, (value,))):
                connection.rollback()
                connection.execute("SET TRANSACTION READ WRITE")  # a default that anybody may change is no wall
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement, values)  # type: ignore[arg-type]
