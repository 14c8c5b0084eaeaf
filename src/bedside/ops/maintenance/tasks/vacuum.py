"""VACUUM and ANALYZE, table by table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from bedside.ops.maintenance.tasks.caretaker import Caretaker, NotDoneError, Progress, caretaker, named
from bedside.ops.maintenance.tasks.relations import Table, tables, totals
from bedside.platform.procedures import Run

# Giving empty pages at a table's end back to the disk takes an exclusive lock (PostgreSQL documentation, VACUUM).
_VACUUM: LiteralString = "VACUUM (ANALYZE, TRUNCATE FALSE) {}"
_ANALYZE: LiteralString = "ANALYZE {}"
_LISTED = 50


@dataclass(frozen=True)
class _Work:
    title: str
    verb: str
    statement: LiteralString
    watch: Progress
    output: str


async def vacuum_analyze(run: Run) -> None:
    """Free the space of dead rows and refresh the planner's statistics, in every table."""
    await _each_table(
        run, _Work("Vacuum and analyze", "Vacuum and analyze", _VACUUM, Progress.VACUUM, "vacuum_analyze")
    )


async def update_statistics(run: Run) -> None:
    """Refresh the planner's statistics of every table."""
    await _each_table(run, _Work("Statistics", "Analyze", _ANALYZE, Progress.ANALYZE, "update_statistics"))


async def _each_table(run: Run, work: _Work) -> None:
    async with caretaker(run) as care:
        before = await tables(care)
        async with run.step(work.title, total=len(before)):
            whole = await totals(care)
            for table in before:
                await _one(care, table, work)
            figures = {"before": whole, "after": await totals(care), "tables": _compared(before, await tables(care))}
            run.output(**{work.output: figures})
            if work.watch is Progress.VACUUM:
                _tell_what_stays(run, await tables(care))


async def _one(care: Caretaker, table: Table, work: _Work) -> None:
    statement = named(work.statement, table.schema, table.name)
    try:
        await care.run.act(f"{work.verb} {table.name}", lambda: care.do(statement, work.watch))
    except NotDoneError as error:
        care.run.failed(f"{table.name}: {error}")


def _compared(before: list[Table], after: list[Table]) -> list[dict[str, object]]:
    """Return the figures of the tables with the most dead rows, and those of the largest."""
    later = {each.name: each for each in after}
    chosen = sorted(before, key=lambda each: (each.dead_rows, each.bytes), reverse=True)[:_LISTED]
    return [
        {
            "table": each.name,
            "bytes_before": each.bytes,
            "bytes_after": later[each.name].bytes,
            "dead_rows_before": each.dead_rows,
            "dead_rows_after": later[each.name].dead_rows,
        }
        for each in chosen
        if each.name in later
    ]


def _tell_what_stays(run: Run, after: list[Table]) -> None:
    """Dead rows that a vacuum leaves are those that an old transaction may still see."""
    if run.dry_run:
        return
    kept = [each for each in after if each.dead_rows > 1000 and each.dead_rows > each.live_rows * 0.2]
    for table in kept:
        run.follow_up(
            f"{table.name} keeps {table.dead_rows} dead rows: an old transaction, replication slot or prepared "
            "transaction still holds them. See: bedside db blocked"
        )
