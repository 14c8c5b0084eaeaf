"""Indexes that are broken are mended; those that are missing, unused or double are a person's to decide on."""

from __future__ import annotations

from bedside.ops.maintenance.tasks.caretaker import caretaker
from bedside.ops.maintenance.tasks.reindex import mend
from bedside.platform.checks import CheckList, Health
from bedside.platform.procedures import Run

ADVICE = (
    "db.unused_indexes",
    "db.duplicate_indexes",
    "db.overlapping_indexes",
    "db.foreign_key_indexes",
    "db.sequential_scans",
)
"""The checks whose findings are recommendations; nothing here acts on them."""


async def optimize_indexes(run: Run) -> None:
    """Mend broken indexes, then recommend: what to drop, what to make, each with its SQL."""
    async with caretaker(run) as care:
        await mend(care)
    checks = [check for check in run.runtime.part(CheckList).checks if check.name in ADVICE]
    advice = []
    async with run.step("Recommend", total=len(checks)):
        for number, check in enumerate(checks, start=1):
            result = await check.run(run.runtime)
            if result.skipped:
                run.found(f"{check.title}: not looked at, {result.skipped}")
            elif result.status is not Health.HEALTHY:
                run.follow_up(f"{result.evidence} {result.remedy or ''}".strip())
                advice.append({"check": result.name, "evidence": result.evidence, "sql": result.sql})
            await run.progress(number)
        run.output(recommendations=advice)
    if not advice:
        run.found("Nothing to recommend about indexes.")
