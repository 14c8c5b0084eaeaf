"""How much of tables and indexes is empty, as the database checks measure it, and what to do about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psycopg

from bedside.ops.database.checks.bloat import Bloated, index_bloat, table_bloat
from bedside.ops.database.checks.scene import Scene, Skip, scene_of
from bedside.ops.maintenance.tasks.caretaker import Caretaker
from bedside.ops.maintenance.tasks.relations import MEBIBYTE, Index, mebibytes
from bedside.platform.errors import SettingsError
from bedside.platform.procedures import Run

_LISTED = 50


@dataclass(frozen=True)
class IndexBloat:
    """How much of an index a rebuild would free, in percent of its size."""

    index: Index
    percent: float


async def analyze_bloat(run: Run) -> None:
    """Measure bloat and say what to do about it. Changes nothing."""
    scene = scene_of(run.runtime)
    async with run.step("Measure tables"):
        in_tables = await _measured(run, lambda: table_bloat(scene))
    async with run.step("Measure indexes"):
        in_indexes = await _measured(run, lambda: index_bloat(scene, exact=True))
    for each in _worst(scene, in_tables):
        run.follow_up(
            f"{each.kind} {each.name}: {mebibytes(each.empty)} of {mebibytes(each.size)} are empty "
            f"({each.percent:.0f} %). New rows will fill them; giving them back to the disk takes an exclusive lock, "
            f'in a maintenance window: VACUUM (FULL, ANALYZE) "{each.name}"'
        )
    for each in _worst(scene, in_indexes):
        run.follow_up(
            f"{each.name}: {each.percent:.0f} % of {mebibytes(each.size)} are empty. Run: "
            "bedside maintenance run --tasks reindex"
        )
    if not (_worst(scene, in_tables) or _worst(scene, in_indexes)):
        run.found("No bloat was found that matters.")
    run.output(analyze_bloat={"tables": _figures(in_tables), "indexes": _figures(in_indexes)})


async def bloated_indexes(care: Caretaker, known: list[Index]) -> list[IndexBloat]:
    """Return the valid indexes among ``known`` that are bloated, the worst first. Reads each page of the large ones."""
    scene = scene_of(care.run.runtime)
    # What was dropped or rebuilt a moment ago must not be measured as it was.
    scene.monitor.forget()
    by_name = {(each.schema, each.name): each for each in known if each.valid}
    worst = _worst(scene, await _measured(care.run, lambda: index_bloat(scene, exact=True)))
    return [
        IndexBloat(index, each.percent)
        for each in worst
        if (index := by_name.get((each.schema, each.name))) is not None
    ]


async def _measured(run: Run, measure: Callable[[], Awaitable[list[Bloated]]]) -> list[Bloated]:
    try:
        return await measure()
    except Skip as why:
        run.found(f"Bloat was not measured: {why}")
    except SettingsError as error:
        run.found(f"Bloat was not measured: {error.message}")
    except psycopg.errors.InsufficientPrivilege:
        run.found("Bloat was not measured: the monitor role may not look; run: bedside db setup")
    return []


def _worst(scene: Scene, found: list[Bloated]) -> list[Bloated]:
    """Return what is bloated by the thresholds of the checks (DB_BLOAT_*), the most empty space first."""
    least = scene.limits.bloat_least_mb * MEBIBYTE
    ill = [each for each in found if each.empty >= least and each.percent >= scene.limits.bloat_warning]
    return sorted(ill, key=lambda each: -each.empty)


def _figures(found: list[Bloated]) -> list[dict[str, object]]:
    chosen = sorted(found, key=lambda each: -each.empty)[:_LISTED]
    return [
        {"kind": each.kind, "name": each.name, "bytes": int(each.size), "empty_percent": round(each.percent, 1)}
        for each in chosen
    ]
