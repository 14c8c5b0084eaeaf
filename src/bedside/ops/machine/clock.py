"""Whether clocks agree: sign-ins, tokens, audit and backups are told by them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from bedside.ops.machine.client import clock_ahead
from bedside.ops.machine.settings import MachineCheckSettings
from bedside.platform.checks import NEEDS_DATABASE, Category, Check, Finding, Thresholds, measured, skipped
from bedside.platform.config import Settings
from bedside.platform.runtime import Runtime

_REMEDY = "Let both machines keep their clocks by NTP (chrony, systemd-timesyncd), and see `timedatectl`."


async def _database_clock(runtime: Runtime) -> Finding:
    async with runtime.database.engine.connect() as connection:
        # The connection's own beginning takes time, which is not the clock's.
        before = runtime.clock.now()
        theirs: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
        after = runtime.clock.now()
    ours = before + (after - before) / 2
    return skew_finding((theirs - ours).total_seconds(), "the database server's clock", _limits(runtime.settings))


async def _source_clock(runtime: Runtime) -> Finding:
    address = runtime.settings.get(MachineCheckSettings).clock_source
    if address is None:
        return skipped("No clock to compare with is set (CHECK_CLOCK_SOURCE).")
    ahead = await clock_ahead(address, runtime.clock)
    return skew_finding(ahead, f"the clock of {address}", _limits(runtime.settings))


def skew_finding(ahead: float, whose: str, limits: Thresholds) -> Finding:
    """Return how far apart the clocks are; ``ahead`` seconds theirs is before ours."""
    apart = round(abs(ahead), 2)
    way = "ahead of" if ahead > 0 else "behind"
    return measured("clocks apart", apart, limits, f"{whose.capitalize()} is {apart} s {way} this machine's.")


def _limits(settings: Settings) -> Thresholds:
    return settings.get(MachineCheckSettings).limits("clock", "s")


CLOCK_CHECKS: tuple[Check, ...] = (
    Check(
        "host",
        "Clock and the database's",
        _database_clock,
        _REMEDY,
        name="host.clock",
        category=Category.HOST,
        needs=NEEDS_DATABASE,
        thresholds=_limits,
    ),
    Check(
        "host",
        "Clock and the time source's",
        _source_clock,
        _REMEDY,
        name="host.time_source",
        category=Category.HOST,
        period=timedelta(minutes=10),
        thresholds=_limits,
    ),
)
