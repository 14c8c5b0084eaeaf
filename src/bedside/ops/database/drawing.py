"""How ``bedside db`` shows what it found in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bedside.ops.database.checks.queries import on_one_line
from bedside.ops.database.schemas import (
    AdviceReport,
    BlockedReport,
    DatabaseStatus,
    PoolReport,
    SlowQueries,
    Tuning,
)


def draw_status(console: Console, status: DatabaseStatus) -> None:
    schema = status.revision or "none yet"
    newest = "the newest" if status.up_to_date else f"the newest is {status.newest_revision}: bedside db migrate"
    lines = {
        "server": f"PostgreSQL {status.server_version}, {'embedded' if status.embedded else 'external'}"
        + (", a standby" if status.standby else ""),
        "schema": f"{schema} ({newest})",
        "size": f"{status.size_bytes / 2**20:.0f} MiB",
        "connections": f"{status.connections} of {status.max_connections}",
    }
    if status.started_at is not None:
        lines["started"] = f"{status.started_at:%Y-%m-%d %H:%M:%S %Z}"
        lines["cache hits"] = "-" if status.cache_hit_percent is None else f"{status.cache_hit_percent:.1f} %"
        lines["transactions"] = f"{status.commits:,} committed, {status.rollbacks:,} rolled back"
        lines["extensions"] = ", ".join(status.extensions)
        lines["largest"] = ", ".join(f"{t.name} {t.size_bytes / 2**20:.1f} MiB" for t in status.largest_tables[:5])
    if status.hint:
        lines["more"] = status.hint
    for name, text in lines.items():
        console.print(f"{name:<12} {text}", markup=False)


def draw_pool(console: Console, pool: PoolReport) -> None:
    console.print(
        f"{pool.used} of {pool.available} connections in use ({pool.used_percent:.1f} %, {pool.status}); "
        f"{pool.reserved} more are reserved. One process of Bedside takes up to {pool.pool_size + pool.max_overflow}.",
        markup=False,
    )
    table = Table("application", "role", "state", "sessions", "longest")
    for group in pool.groups:
        table.add_row(
            escape(group.application), group.role, group.state, str(group.sessions), f"{group.longest_seconds:.1f} s"
        )
    console.print(table)


def draw_slow_queries(console: Console, queries: SlowQueries) -> None:
    if queries.hint:
        console.print(queries.hint, markup=False)
        return
    table = Table("mean ms", "calls", "longest ms", "total s", "rows", "cache %", "", "statement")
    for query in queries.items:
        table.add_row(
            f"{query.mean_ms:,.1f}",
            f"{query.calls:,}",
            f"{query.max_ms:,.0f}",
            f"{query.total_ms / 1000:,.1f}",
            f"{query.rows:,}",
            "-" if query.cache_hit_percent is None else f"{query.cache_hit_percent:.0f}",
            "slow" if query.status != "healthy" else "spills" if query.temporary_files else "",
            escape(on_one_line(query.query)),
        )
    console.print(table)


def draw_blocked(console: Console, report: BlockedReport) -> None:
    if not report.waiting:
        console.print("Nobody waits for a lock.")
        return
    for blocker in report.blockers:
        held = (
            "" if blocker.transaction_seconds is None else f", its transaction {blocker.transaction_seconds:.1f} s old"
        )
        who = f"{blocker.application or blocker.role} ({blocker.role}, process {blocker.pid})"
        console.print(f"{who} blocks {blocker.blocks}: {blocker.state}{held}", markup=False)
        console.print(f"    {blocker.sql}", markup=False)
    for waiting in report.waiting:
        by = ", ".join(map(str, waiting.blockers))
        console.print(
            f"{'  ' * waiting.depth}{waiting.application or 'a session'} (process {waiting.pid}) waits "
            f"{waiting.waiting_seconds:.1f} s for {waiting.lock} {waiting.table}: {waiting.command}, behind {by}",
            markup=False,
        )


def draw_advice(console: Console, report: AdviceReport) -> None:
    console.print(f"{report.looked_at} checks made, {len(report.advice)} with advice, {len(report.skipped)} left out.")
    for one in report.advice:
        console.print(f"\n{one.status.value.upper()}  {one.title} ({one.name})", markup=False)
        console.print(f"  {one.evidence}", markup=False)
        if one.remedy:
            console.print(f"  What to do: {one.remedy}", markup=False)
        if one.procedure:
            console.print(f"  Procedure: {one.procedure}", markup=False)
        for line in one.sql:
            console.print(f"    {line}", markup=False)
    if any(row.change for row in report.tuning) or report.hint:
        console.print()
        draw_tuning(console, report.tuning)
        if report.hint:
            console.print(report.hint, markup=False)
    if report.skipped:
        console.print("\nLeft out:")
        for name, why in report.skipped.items():
            console.print(f"  {name}: {why}", markup=False)


def draw_tuning(console: Console, rows: Sequence[Tuning]) -> None:
    table = Table("setting", "is", "suits", "why")
    for row in rows:
        suits = f"{row.recommended}{' (restart)' if row.restart else ''}" if row.change else "as it is"
        table.add_row(row.name, row.current, suits, escape(row.reason))
    console.print(table)
    changes = [row for row in rows if row.change]
    for row in changes:
        console.print(row.sql, markup=False)
    if changes:
        console.print("SELECT pg_reload_conf();", markup=False)
        if any(row.restart for row in changes):
            console.print("-- then restart PostgreSQL", markup=False)
