"""What autovacuum should have done: dead rows, statistics of the planner, the age of transaction ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, LiteralString

from bedside.ops.database.checks.catalogue import SETTINGS, STATISTICS, TABLES
from bedside.ops.database.checks.scene import Scene, Skip, database_check, judged, listed, quoted, shown, some
from bedside.platform.checks import Check, Condition, Finding, Health
from bedside.platform.database.monitor import Row

RUN = "maintenance.run"
# PostgreSQL stops handing out ids three million before the counter has gone half around (access/transam, 2^31).
USABLE_IDS = 2**31 - 3_000_000


@dataclass(frozen=True)
class Autovacuum:
    """The settings of autovacuum, the server's and a table's own (its storage parameters)."""

    server: Mapping[str, str]

    def dead_limit(self, table: Row) -> float:
        """Return from how many dead rows on autovacuum takes the table (PostgreSQL 18, section 24.1.6)."""
        limit = self._number(table, "autovacuum_vacuum_threshold") + self._number(
            table, "autovacuum_vacuum_scale_factor"
        ) * max(table["rows"], 0)
        # From PostgreSQL 18 on; -1 turns it off.
        most = self._number(table, "autovacuum_vacuum_max_threshold", -1)
        return float(min(limit, most) if most >= 0 else limit)

    def change_limit(self, table: Row) -> float:
        """Return from how many changed rows on autovacuum analyses the table."""
        factor = self._number(table, "autovacuum_analyze_scale_factor")
        return float(self._number(table, "autovacuum_analyze_threshold") + factor * max(table["rows"], 0))

    def is_off(self, table: Row) -> bool:
        return self._own(table).get("autovacuum_enabled", "true").lower() in {"false", "off", "no", "0", "f", "n"}

    def _number(self, table: Row, name: str, otherwise: float = 0) -> float:
        return float(self._own(table).get(name) or self.server.get(name) or otherwise)

    @staticmethod
    def _own(table: Row) -> dict[str, str]:
        return dict(option.split("=", 1) for option in table["options"])


async def autovacuum(scene: Scene) -> Autovacuum:
    return Autovacuum({row["name"]: row["setting"] for row in await scene.all(SETTINGS)})


async def _tables(scene: Scene) -> list[Row]:
    """Return the tables with rows of their own: a partitioned one has none."""
    return [row for row in await scene.all(TABLES) if row["kind"] != "p"]


@database_check("dead_tuples", "Dead rows", "Vacuum the tables; let autovacuum do more.", procedure=RUN)
async def dead_tuples(scene: Scene) -> Finding:
    """Dead rows as a multiple of the table's own autovacuum threshold: over one for long means it can't keep up."""
    rules = await autovacuum(scene)
    found = [
        (table["dead"] / max(rules.dead_limit(table), 1), table)
        for table in await _tables(scene)
        if table["dead"] >= scene.limits.dead_least
    ]
    found.sort(key=lambda pair: -pair[0])
    over = [(times, table) for times, table in found if times >= scene.limits.dead_warning]
    told = [f"{t['name']}: {t['dead']} dead rows, {shown(times, 'times')} its threshold" for times, t in over]
    return judged(
        found[0][0] if found else 0.0,
        scene.limits.dead_warning,
        scene.limits.dead_critical,
        what="dead rows",
        unit="times the autovacuum threshold",
        evidence=some(told) or "No table holds more dead rows than autovacuum lets stand.",
        mend=[f"VACUUM (ANALYZE) {_name(table)};" for _, table in over],
    )


@database_check("autovacuum", "Autovacuum", "Turn it on: without it tables grow and ids run out.")
async def autovacuum_on(scene: Scene) -> Finding:
    """Whether autovacuum runs, for the server and for each table."""
    rules = await autovacuum(scene)
    server = [name for name in ("autovacuum", "track_counts") if rules.server[name] == "off"]
    tables = [table for table in await _tables(scene) if rules.is_off(table)]
    return listed(
        [f"{name} of the server" for name in server] + [f"table {table['name']}" for table in tables],
        what="autovacuum turned off",
        well="Autovacuum is on for the server and for every table.",
        ill="Turned off",
        mend=[f"ALTER SYSTEM SET {name} = on;" for name in server]
        + (["SELECT pg_reload_conf();"] if server else [])
        + [f"ALTER TABLE {_name(table)} RESET (autovacuum_enabled);" for table in tables],
    )


@database_check("never_analysed", "Never analysed", "Analyse them: the planner only guesses.", procedure=RUN)
async def never_analysed(scene: Scene) -> Finding:
    """Tables with rows that nothing has analysed yet, so that the planner knows nothing of them."""
    await _settled(scene)
    tables = [
        table
        for table in await _tables(scene)
        if table["analysed"] == 0
        and max(table["live"], table["rows"]) >= scene.limits.advice_least_rows
        # After a crash the counters begin anew, and only what has changed since tells.
        and table["changed"] >= scene.limits.advice_least_rows
    ]
    return listed(
        [f"{table['name']} ({table['live']} rows)" for table in tables],
        what="tables never analysed",
        well="Every table that matters has been analysed.",
        ill="Never analysed",
        mend=[f"ANALYZE {_name(table)};" for table in tables],
    )


@database_check("stale_statistics", "Planner's statistics", "Analyse the tables.", procedure=RUN)
async def stale_statistics(scene: Scene) -> Finding:
    """Tables of which more has changed since they were analysed than autovacuum should let pass."""
    await _settled(scene)
    rules = await autovacuum(scene)
    over = [
        table
        for table in await _tables(scene)
        if table["analysed"] and table["changed"] >= scene.limits.advice_least_rows
        and table["changed"] >= scene.limits.dead_warning * rules.change_limit(table)
    ]  # fmt: skip
    return listed(
        [f"{table['name']} ({table['changed']} rows changed)" for table in over],
        what="tables whose statistics are old",
        well="The planner's statistics are as new as autovacuum keeps them.",
        ill="Changed much since analysed",
        mend=[f"ANALYZE {_name(table)};" for table in over],
    )


async def _settled(scene: Scene) -> None:
    minutes = (await scene.one(STATISTICS))["up_seconds"] / 60
    if minutes < scene.limits.settle_minutes:
        raise Skip(f"the server started {minutes:.0f} minutes ago; autovacuum may be about to do it.")


AGES: Final[LiteralString] = """
SELECT datname::text AS database, age(datfrozenxid)::bigint AS transactions, mxid_age(datminmxid)::bigint AS multixacts
FROM pg_database ORDER BY datname
"""
# A table's age counts with its TOAST table's: both are frozen by the same VACUUM.
OLDEST: Final[LiteralString] = """
SELECT n.nspname AS schema, c.relname AS name,
       greatest(age(c.relfrozenxid), coalesce(age(t.relfrozenxid), 0))::bigint AS transactions,
       greatest(mxid_age(c.relminmxid), coalesce(mxid_age(t.relminmxid), 0))::bigint AS multixacts
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
WHERE c.relkind IN ('r', 'm')
"""


async def _age(scene: Scene, kind: str, setting: str, ids: str) -> Finding:
    databases = await scene.all(AGES)
    rules = await autovacuum(scene)
    here = (await scene.one(STATISTICS))["database"]
    worst = max(databases, key=lambda row: (row[kind], row["database"] == here))
    share, limit = 100 * worst[kind] / USABLE_IDS, float(rules.server[setting])
    freezing = 100 * worst[kind] / limit
    warning, critical = scene.limits.wraparound_warning, scene.limits.wraparound_critical
    # Autovacuum begins at its limit, so an age somewhat over it is what a healthy server shows.
    late = freezing >= scene.limits.freeze_warning
    status = Health.DOWN if share >= critical else Health.DEGRADED if share >= warning or late else Health.HEALTHY
    mend = await _freeze(scene, kind, worst["database"]) if status is not Health.HEALTHY else []
    return Finding(
        status=status,
        evidence=f"The oldest {ids} id of database {worst['database']} is {worst[kind]:,} old: "
        f"{share:.1f} % of what can be counted, {freezing:.0f} % of {setting}.",
        value=round(share, 3),
        threshold=warning,
        sql=mend,
        conditions=[
            Condition(name="ids used up", value=f"{share:.1f} %", threshold=f"under {warning:g} %", ok=share < warning),
            Condition(
                name="age against autovacuum's limit",
                value=f"{freezing:.0f} %",
                threshold=f"under {scene.limits.freeze_warning:g} %",
                ok=not late,
            ),
        ],
    )


async def _freeze(scene: Scene, kind: str, database: str) -> list[str]:
    """Return the statements for the tables that hold the oldest ids, the oldest first."""
    if database != (await scene.one(STATISTICS))["database"]:
        return [f"-- connected to the database {database}:", "VACUUM (FREEZE);"]
    rows = sorted(await scene.all(OLDEST), key=lambda row: -row[kind])
    return [f"VACUUM (FREEZE) {_name(row)};" for row in rows[:10] if row[kind] >= rows[0][kind] / 2]


_HELD = (
    "First end what holds them back (db.prepared_transactions, db.long_transactions, db.inactive_slots), then vacuum."
)


@database_check("transaction_ids", "Transaction ids", _HELD, period=timedelta(minutes=15), procedure=RUN)
async def transaction_ids(scene: Scene) -> Finding:
    """The age of the oldest transaction id: when ids run out, PostgreSQL takes no more writes."""
    return await _age(scene, "transactions", "autovacuum_freeze_max_age", "transaction")


@database_check("multixact_ids", "Multixact ids", _HELD, period=timedelta(minutes=15), procedure=RUN)
async def multixact_ids(scene: Scene) -> Finding:
    """The age of the oldest multixact id (rows locked by several): they run out in the same way."""
    return await _age(scene, "multixacts", "autovacuum_multixact_freeze_max_age", "multixact")


def _name(table: Row) -> str:
    return quoted(table["schema"], table["name"])


CHECKS: tuple[Check, ...] = (
    dead_tuples,
    autovacuum_on,
    never_analysed,
    stale_statistics,
    transaction_ids,
    multixact_ids,
)
