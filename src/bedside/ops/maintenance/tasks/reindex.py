"""REINDEX INDEX CONCURRENTLY for bloated and invalid indexes, and what a broken one left behind."""

from __future__ import annotations

from typing import LiteralString

from bedside.ops.maintenance.tasks.bloat import IndexBloat, bloated_indexes
from bedside.ops.maintenance.tasks.caretaker import Caretaker, NotDoneError, Progress, caretaker, named
from bedside.ops.maintenance.tasks.relations import Index, indexes, mebibytes
from bedside.platform.procedures import Run

_REINDEX: LiteralString = "REINDEX INDEX CONCURRENTLY {}"
_DROP: LiteralString = "DROP INDEX CONCURRENTLY IF EXISTS {}"


async def reindex(run: Run) -> None:
    """Mend what is invalid, then rebuild what is bloated."""
    async with caretaker(run) as care:
        await mend(care)
        async with run.step("Measure indexes"):
            bloated = await bloated_indexes(care, await indexes(care))
        async with run.step("Rebuild bloated indexes", total=len(bloated)):
            done = [await _rebuild_bloated(care, each) for each in bloated]
            run.output(reindex=[each for each in done if each is not None])
            if not bloated:
                run.found("No index is bloated.")


async def mend(care: Caretaker) -> None:
    """Drop the copies that a broken REINDEX CONCURRENTLY left, and rebuild indexes that are invalid.

    A leftover serves no query, and each INSERT pays for it; dropping it is what PostgreSQL's documentation of REINDEX
    says to do ("Rebuilding Indexes Concurrently").
    """
    broken = [each for each in await indexes(care) if not each.valid]
    async with care.run.step("Mend invalid indexes", total=len(broken)):
        for index in broken:
            if index.being_built:
                care.run.found(f"{index.name} is not valid while its table is being worked on; it was left alone.")
            elif index.leftover:
                await _drop_leftover(care, index)
            elif index.exclusion:
                care.run.follow_up(
                    f"{index.name} is invalid and of an exclusion constraint, which can't be rebuilt online. In a "
                    f'maintenance window: REINDEX INDEX "{index.name}"'
                )
            else:
                await _rebuild(care, index, f"Rebuild invalid index {index.name} of {index.table}")
        if not broken:
            care.run.found("Every index is valid.")


async def _drop_leftover(care: Caretaker, index: Index) -> None:
    action = f"Drop {index.name}, which a broken rebuild left on {index.table}"
    try:
        await care.run.act(action, lambda: care.do(named(_DROP, index.schema, index.name), Progress.INDEX))
    except NotDoneError as error:
        care.run.failed(f"{index.name}: {error}")
        care.run.follow_up(f'{index.name} is an invalid leftover: DROP INDEX CONCURRENTLY "{index.name}"')


async def _rebuild_bloated(care: Caretaker, bloat: IndexBloat) -> dict[str, object] | None:
    index = bloat.index
    action = f"Rebuild {index.name} of {index.table} ({mebibytes(index.bytes)}, {bloat.percent:.0f} % bloat)"
    if not await _rebuild(care, index, action):
        return None
    after = next((each.bytes for each in await indexes(care) if each.name == index.name), None)
    return {
        "index": index.name,
        "bytes_before": index.bytes,
        "bytes_after": index.bytes if care.run.dry_run else after,
        "bloat_percent_before": round(bloat.percent, 1),
    }


async def _rebuild(care: Caretaker, index: Index, action: str) -> bool:
    if index.exclusion:
        care.run.follow_up(f"{index.name} can't be rebuilt online, being of an exclusion constraint.")
        return False
    try:
        await care.run.act(action, lambda: care.do(named(_REINDEX, index.schema, index.name), Progress.INDEX))
    except NotDoneError as error:
        care.run.failed(f"{index.name}: {error}")
        await _drop_own_leftovers(care, index)
        return False
    return True


async def _drop_own_leftovers(care: Caretaker, index: Index) -> None:
    """What broke off just now left an invalid copy: it is not left for the next time."""
    for each in await indexes(care):
        if each.leftover and each.table == index.table and not each.being_built:
            await _drop_leftover(care, each)
