"""Connections: how many of them are left, and what they do."""

from __future__ import annotations

from sqlalchemy.pool import QueuePool

from bedside.ops.database.checks.catalogue import CONNECTIONS, SESSIONS
from bedside.ops.database.checks.scene import Scene, Skip, database_check, judged, listed, shown
from bedside.platform.checks import Check, Finding
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.monitor import Row


@database_check("connections", "Connections", "Close sessions that nobody needs, or raise max_connections and restart.")
async def connections(scene: Scene) -> Finding:
    """Connections in use, of those that are not reserved for superusers, in the whole server."""
    row = await scene.one(CONNECTIONS)
    free_for_all = row["maximum"] - row["reserved"]
    return judged(
        100 * row["used"] / free_for_all,
        scene.limits.pool_warning,
        scene.limits.pool_critical,
        what="connections in use",
        unit="%",
        evidence=f"{row['used']} of {free_for_all} connections are in use ({row['reserved']} more are reserved).",
        mend=[f"ALTER SYSTEM SET max_connections = {row['maximum'] * 2}; -- then restart PostgreSQL"],
    )


@database_check("pool", "Connection pool", "Raise DB_POOL_SIZE, or find what holds connections: bedside db pool")
async def pool(scene: Scene) -> Finding:
    """Connections of this process's own pool that are handed out now."""
    own = scene.runtime.database.engine.pool
    if not isinstance(own, QueuePool):
        raise Skip("this process keeps no pool.")
    settings = scene.runtime.settings.get(DatabaseSettings)
    most, used = settings.pool_size + settings.max_overflow, own.checkedout()
    return judged(
        100 * used / most,
        scene.limits.pool_warning,
        scene.limits.pool_critical,
        what="pool in use",
        unit="%",
        evidence=f"{used} of {most} connections of this process are in use (DB_POOL_SIZE and DB_MAX_OVERFLOW).",
    )


@database_check(
    "pool_size", "Pool against server", "Lower DB_POOL_SIZE and DB_MAX_OVERFLOW, or raise max_connections and restart."
)
async def pool_size(scene: Scene) -> Finding:
    """What one API and one worker may open at most, against what the server takes."""
    row = await scene.one(CONNECTIONS)
    settings = scene.runtime.settings.get(DatabaseSettings)
    most, takes = 2 * (settings.pool_size + settings.max_overflow), row["maximum"] - row["reserved"]
    return judged(
        100 * most / takes,
        100,
        None,
        what="pools of an API and a worker process",
        unit="% of the server's connections",
        evidence=f"An API and a worker process may open {most} connections together; the server takes {takes}.",
        mend=[f"ALTER SYSTEM SET max_connections = {most + row['reserved'] + 20}; -- then restart PostgreSQL"],
    )


@database_check(
    "idle_in_transaction",
    "Idle in transaction",
    "End the sessions; mend what leaves a transaction open while it waits.",
)
async def idle_in_transaction(scene: Scene) -> Finding:
    """The longest time that a session has done nothing within its transaction: it keeps locks and dead rows."""
    idle = [row for row in await scene.all(SESSIONS) if (row["state"] or "").startswith("idle in transaction")]
    return longest(
        idle,
        "state_seconds",
        scene.limits.idle_warning_seconds,
        scene.limits.idle_critical_seconds,
        what="longest idle in a transaction",
        doing="idle in a transaction",
    )


@database_check("superuser_sessions", "Superuser in use", "Give Bedside the roles' own URLs: bedside db setup")
async def superuser_sessions(scene: Scene) -> Finding:
    """Sessions of Bedside that have signed in as a superuser, whom row-level security does not bind."""
    sessions = [
        row
        for row in await scene.all(SESSIONS)
        # Setting up needs a superuser and is over in a moment.
        if row["is_super"] and row["application"].startswith("bedside ") and row["application"] != "bedside db setup"
    ]
    return listed(
        [f"{row['application']} as {row['role']} (process {row['pid']})" for row in sessions],
        what="sessions of Bedside as a superuser",
        well="No session of Bedside is a superuser's.",
        ill="Signed in as a superuser",
        mend=[f"SELECT pg_terminate_backend({row['pid']});" for row in sessions],
    )


def longest(
    sessions: list[Row], column: str, warning: float, critical: float, *, what: str, doing: str, ends: bool = True
) -> Finding:
    """Judge the longest of ``column``, in seconds, and name the sessions that are over the warning."""
    over = sorted((s for s in sessions if s[column] >= warning), key=lambda s: -float(s[column]))
    top = max((float(s[column]) for s in sessions), default=0.0)
    told = "; ".join(f"{named(s)} for {shown(s[column], 's')}" for s in over[:5])
    return judged(
        top,
        warning,
        critical,
        what=what,
        unit="s",
        evidence=f"{len(over)} {doing} too long: {told}." if over else f"{len(sessions)} {doing}, none for long.",
        mend=[f"SELECT pg_terminate_backend({s['pid']});" for s in over] if ends else [],
    )


def named(session: Row) -> str:
    """Return what a session is called: its application, role and process. Never its statement."""
    return f"{session['application'] or 'a session'} ({session['role']}, process {session['pid']})"


CHECKS: tuple[Check, ...] = (connections, pool, pool_size, idle_in_transaction, superuser_sessions)
