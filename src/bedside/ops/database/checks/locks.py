"""Locks and transactions that last too long, and the timeouts that keep them short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, LiteralString

from sqlalchemy import func, select

from bedside.ops.database.checks.catalogue import SESSIONS
from bedside.ops.database.checks.connections import longest, named
from bedside.ops.database.checks.scene import Scene, database_check, judged, literal, quoted, shown, some
from bedside.platform.checks import Check, Condition, Finding, Health

PREPARED: Final[LiteralString] = """
SELECT gid, owner::text AS role, extract(epoch FROM now() - prepared)::float8 / 60 AS minutes
FROM pg_prepared_xacts WHERE database = current_database() ORDER BY prepared
"""


@database_check("blocked", "Blocked sessions", "End the session that blocks; `bedside db blocked` shows the chain.")
async def blocked(scene: Scene) -> Finding:
    """The longest wait for a lock that another session holds, and who holds it."""
    sessions = await scene.all(SESSIONS)
    waiting = [row for row in sessions if row["blockers"] and row["waiting_seconds"] is not None]
    over = [row for row in waiting if row["waiting_seconds"] >= scene.limits.blocked_warning_seconds]
    blockers = {pid for row in over for pid in row["blockers"]}
    # Who is blocked too only waits in the same queue.
    roots = sorted(blockers - {row["pid"] for row in waiting}) or sorted(blockers)
    names = {row["pid"]: named(row) for row in sessions}
    told = some([f"{named(r)} for {shown(r['waiting_seconds'], 's')}, by {_who(r['blockers'], names)}" for r in over])
    return judged(
        max((float(row["waiting_seconds"]) for row in waiting), default=0.0),
        scene.limits.blocked_warning_seconds,
        scene.limits.blocked_critical_seconds,
        what="longest wait for a lock",
        unit="s",
        evidence=f"{len(over)} sessions are blocked: {told}." if over else f"{len(waiting)} sessions wait for a lock.",
        mend=[f"SELECT pg_terminate_backend({pid});" for pid in roots],
    )


def _who(pids: list[int], names: Mapping[int, str]) -> str:
    return " and ".join(names.get(pid, f"process {pid}") for pid in sorted(set(pids)))


@database_check("long_transactions", "Long transactions", "End the session, or make its transaction shorter.")
async def long_transactions(scene: Scene) -> Finding:
    """The oldest open transaction: until it ends, VACUUM can remove no row that died after it began."""
    sessions = [row for row in await scene.all(SESSIONS) if row["transaction_seconds"] is not None]
    return longest(
        sessions,
        "transaction_seconds",
        scene.limits.transaction_warning_minutes * 60,
        scene.limits.transaction_critical_minutes * 60,
        what="oldest transaction",
        doing="transactions are open",
    )


@database_check(
    "prepared_transactions", "Prepared transactions", "Ask who prepared it, then commit it or roll it back."
)
async def prepared_transactions(scene: Scene) -> Finding:
    """Transactions prepared for a two-phase commit that nobody ends; Bedside makes none. They keep locks for ever."""
    rows = await scene.all(PREPARED)
    return judged(
        max((float(row["minutes"]) for row in rows), default=0.0),
        scene.limits.prepared_warning_minutes,
        scene.limits.prepared_critical_minutes,
        what="oldest prepared transaction",
        unit="min",
        evidence=some([f"{row['gid']} of {row['role']} for {shown(row['minutes'], 'min')}" for row in rows])
        or "There is no prepared transaction.",
        mend=[f"ROLLBACK PREPARED {literal(row['gid'])}; -- as its owner, in this database" for row in rows],
    )


_TIMEOUTS = {
    "statement_timeout": "a statement that never ends keeps a connection for good",
    "lock_timeout": "a session that waits for a lock makes all others wait behind it",
    "idle_in_transaction_session_timeout": "a transaction that was forgotten keeps its locks for good",
}
_WANTED = {"statement_timeout": "30s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}


async def _timeout(scene: Scene, name: str) -> Finding:
    # As the app's role has it: the monitor's own settings say nothing of it.
    query = select(func.current_setting(name), func.current_user())
    async with scene.runtime.database.engine.connect() as connection:
        value, role = (await connection.execute(query)).one()
    return _unlimited(name, str(value), str(role))


def _unlimited(name: str, value: str, role: str) -> Finding:
    is_set = value not in {"0", "0ms"}
    return Finding(
        status=Health.HEALTHY if is_set else Health.DEGRADED,
        evidence=f"{name} of {role} is {value}." if is_set else f"{name} of {role} is off: {_TIMEOUTS[name]}.",
        sql=[] if is_set else [f"ALTER ROLE {quoted(role)} SET {name} = {literal(_WANTED[name])};"],
        conditions=[Condition(name=name, value=value, threshold="set", ok=is_set)],
    )


def _timeout_check(name: str, title: str) -> Check:
    async def look(scene: Scene) -> Finding:
        return await _timeout(scene, name)

    look.__doc__ = f"Whether {name} is set for the role that serves requests: {_TIMEOUTS[name]}."
    short = name.replace("_session", "")
    return database_check(short, title, "Run `bedside db setup`, which sets it, or the statement below.")(look)


TIMEOUTS: tuple[Check, ...] = (
    _timeout_check("statement_timeout", "Statement timeout"),
    _timeout_check("lock_timeout", "Lock timeout"),
    _timeout_check("idle_in_transaction_session_timeout", "Idle timeout"),
)

CHECKS: tuple[Check, ...] = (blocked, long_transactions, prepared_transactions, *TIMEOUTS)
