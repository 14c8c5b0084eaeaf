"""The rounds as procedures: one for each period, on the schedule of the runbooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bedside.ops.rounds.carrying import walk
from bedside.ops.rounds.schemas import Period
from bedside.platform.procedures import Parameters, Procedure, Run, WhenLocked, procedure

CRONS = {
    # After the night's own care of the database, so that people find the report in the morning.
    Period.DAILY: "0 5 * * *",
    # YAZ, "Scheduled Maintenance": Sunday, 02:00 to 04:00 UTC.
    Period.WEEKLY: "30 2 * * 0",
    Period.MONTHLY: "0 7 1 * *",
    Period.QUARTERLY: "0 8 1 1,4,7,10 *",
}
PREFIX = "rounds."


class NoParameters(Parameters):
    """None."""


def _round(period: Period, *, destroys: bool) -> Procedure[NoParameters]:
    async def body(run: Run, _parameters: NoParameters) -> None:
        await walk(run, period)

    declare = procedure(
        f"{PREFIX}{period}",
        f"{period.capitalize()} round",
        f"Walks the runbooks' {period} list: looks, cares for the database, asks what only a person can answer.",
        parameters=NoParameters,
        cron=CRONS[period],
        time_limit=timedelta(hours=12),
        lock="rounds",
        when_locked=WhenLocked.WAIT,
        destroys=destroys,
    )
    return declare(body)


# Whatever a round runs that destroys something has to be confirmed with the round (a test holds this to the plan).
PROCEDURES: tuple[Procedure[Any], ...] = tuple(_round(each, destroys=each is not Period.QUARTERLY) for each in Period)
