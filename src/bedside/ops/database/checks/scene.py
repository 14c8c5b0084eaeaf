"""What a check of the database sees, and how its answer is put together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString

import psycopg
from psycopg import sql

from bedside.ops.database.settings import DatabaseCheckSettings
from bedside.platform.checks import (
    NEEDS_DATABASE,
    TIME_LIMIT_SECONDS,
    Category,
    Check,
    Condition,
    Finding,
    Health,
    graded,
)
from bedside.platform.database.engine import unavailable
from bedside.platform.database.monitor import DatabaseMonitor, Row
from bedside.platform.errors import SettingsError, Unavailable
from bedside.platform.runtime import Runtime

PART = "db"
PERIOD = timedelta(minutes=5)
SHOWN = 5
MEBIBYTE = 1024 * 1024


class Skip(Exception):
    """Raised by a look that can't be made here; the message says why, and what to do about it."""


@dataclass(frozen=True)
class Scene:
    """The database as the monitor role sees it, the thresholds, and the process that looks."""

    runtime: Runtime
    monitor: DatabaseMonitor
    limits: DatabaseCheckSettings

    async def all(self, statement: LiteralString) -> Sequence[Row]:
        """Return the statement's rows, at most a second old."""
        return await self.monitor.shared(statement)

    async def one(self, statement: LiteralString) -> Row:
        """Return the statement's only row."""
        return (await self.monitor.shared(statement))[0]

    async def since(self, version: int, new: LiteralString, old: LiteralString) -> LiteralString:
        """Return ``new`` on servers of the major ``version`` and later, else ``old``."""
        return new if await self.monitor.version() >= version * 10_000 else old


def scene_of(runtime: Runtime) -> Scene:
    """Return the scene of this process."""
    return Scene(runtime, runtime.part(DatabaseMonitor), runtime.settings.get(DatabaseCheckSettings))


def database_check(
    name: str,
    title: str,
    remedy: str,
    *,
    period: timedelta = PERIOD,
    procedure: str | None = None,
    time_limit_seconds: float | None = None,
) -> Callable[[Callable[[Scene], Awaitable[Finding]]], Check]:
    """Declare the decorated function as the check ``db.<name>``. ``remedy`` stands where its finding has none."""

    def declare(look: Callable[[Scene], Awaitable[Finding]]) -> Check:
        async def guarded(runtime: Runtime) -> Finding:
            scene = scene_of(runtime)
            limit = scene.limits.look_seconds if time_limit_seconds is None else time_limit_seconds
            found = await _looked(look, scene, limit)
            if found.skipped is None and found.status is not Health.HEALTHY and found.remedy is None:
                return found.model_copy(update={"remedy": remedy})
            return found

        guarded.__doc__ = look.__doc__
        return Check(
            part=PART,
            title=title,
            look=guarded,
            remedy=remedy,
            time_limit_seconds=time_limit_seconds or TIME_LIMIT_SECONDS,
            name=f"{PART}.{name}",
            category=Category.DATABASE,
            period=period,
            procedure=procedure,
            needs=NEEDS_DATABASE,
        )

    return declare


async def _looked(look: Callable[[Scene], Awaitable[Finding]], scene: Scene, seconds: float) -> Finding:
    try:
        # The checks share one connection: on a busy machine the last of them may not have its turn, which is no alarm.
        async with asyncio.timeout(seconds):
            return await look(scene)
    except TimeoutError:
        return skipped(f"The server did not tell its statistics within {seconds:g} s; it is looked at again.")
    except Skip as skip:
        return skipped(str(skip))
    except SettingsError as error:
        return skipped(error.message)
    except psycopg.errors.InsufficientPrivilege as error:
        what = error.diag.message_primary or "permission denied"
        return skipped(f"The monitor role may not look ({what}); run: bedside db setup")
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
        return Finding(
            status=Health.DEGRADED,
            evidence="The statistics could not be read in time: the server is busy, or a table is locked.",
            remedy="See db.blocked and db.long_queries, then look again.",
        )
    except Exception as error:
        # That is for db.connection to say: fifty more alarms would say the same.
        if isinstance(error, Unavailable) or unavailable(error) is not None:
            return skipped("The database does not answer; see db.connection.")
        raise


def skipped(why: str) -> Finding:
    """Return the finding of what was not looked at."""
    return Finding(status=Health.HEALTHY, evidence=f"Not looked at: {why}", skipped=why)


def judged(
    value: float,
    warning: float,
    critical: float | None,
    *,
    what: str,
    unit: str,
    evidence: str,
    remedy: str | None = None,
    mend: Sequence[str] = (),
) -> Finding:
    """Grade ``value``; where ``critical`` is below ``warning``, the higher is the better. Without one it only warns."""
    falls = critical is not None and critical < warning
    if critical is None:
        status = Health.DEGRADED if value >= warning else Health.HEALTHY
    else:
        status = graded(value, warning, critical)
    ill = status is not Health.HEALTHY
    return Finding(
        status=status,
        evidence=evidence,
        value=round(value, 3),
        threshold=warning,
        remedy=remedy if ill else None,
        sql=list(mend) if ill else [],
        conditions=[
            Condition(
                name=what,
                value=shown(value, unit),
                threshold=f"{'over' if falls else 'under'} {shown(warning, unit)}",
                ok=not ill,
            )
        ],
    )


def listed(
    faults: Sequence[str],
    *,
    what: str,
    well: str,
    ill: str,
    status: Health = Health.DEGRADED,
    remedy: str | None = None,
    mend: Sequence[str] = (),
) -> Finding:
    """Return the finding of a list that should be empty; ``ill`` begins its evidence, ``well`` is it otherwise."""
    return Finding(
        status=status if faults else Health.HEALTHY,
        evidence=f"{ill}: {some(faults)}." if faults else well,
        value=float(len(faults)),
        threshold=1.0,
        remedy=remedy if faults else None,
        sql=list(mend) if faults else [],
        conditions=[Condition(name=what, value=str(len(faults)), threshold="none", ok=not faults)],
    )


def shown(value: float, unit: str) -> str:
    """Return a number as people read it, with its unit."""
    text = f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:.1f}"
    return f"{text} {unit}".rstrip()


def some(items: Sequence[str]) -> str:
    """Return the first few of ``items`` and how many more there are."""
    more = len(items) - SHOWN
    return "; ".join(items[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def quoted(*names: str) -> str:
    """Return a name, or a name in its schema, quoted for SQL."""
    return sql.Identifier(*names).as_string(None)


def literal(value: str) -> str:
    """Return a string quoted for SQL."""
    return sql.Literal(value).as_string(None)


def megabytes(size: float) -> str:
    """Return bytes as people read them."""
    return shown(size / MEBIBYTE, "MiB") if size < 1024 * MEBIBYTE else shown(size / MEBIBYTE / 1024, "GiB")
