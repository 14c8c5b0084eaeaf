"""Whether what operators run ended well, so that a nightly run which fails is heard of."""

from __future__ import annotations

from datetime import timedelta

from bedside.ops.procedures import repository
from bedside.ops.procedures.states import ENDED, RunState
from bedside.platform.access.actor import Actor
from bedside.platform.checks import NEEDS_DATABASE, Check, Condition, Finding, Health
from bedside.platform.procedures import ProcedureList
from bedside.platform.runtime import Runtime

SILENT = timedelta(minutes=5)
"""A run writes a heartbeat every five seconds; a silent one hangs, or its machine is cut off."""
_BAD = frozenset({RunState.FAILED, RunState.LOST})


async def _procedures(runtime: Runtime) -> Finding:
    names = {each.name for each in runtime.part(ProcedureList).procedures}
    async with runtime.unit_of_work(Actor.system()) as ctx:
        ended = await repository.newest(ctx.session, states=sorted(ENDED))
        running = await repository.newest(ctx.session, states=[RunState.RUNNING])
        oldest = ctx.now() - SILENT
    failed = sorted(name for name, row in ended.items() if row.state in _BAD and name in names)
    silent = sorted(name for name, row in running.items() if row.heartbeat_at and row.heartbeat_at < oldest)
    told = [
        f"The last run of {name} {'was broken off' if ended[name].state == RunState.LOST else 'failed'}."
        for name in failed
    ]
    told += [f"{name} runs and was not heard of for {SILENT.seconds // 60} minutes." for name in silent]
    return Finding(
        status=Health.DEGRADED if told else Health.HEALTHY,
        evidence=" ".join(told) or "The last run of each procedure ended well.",
        value=float(len(failed) + len(silent)),
        threshold=0.0,
        remedy="See why in System > Procedures (`bedside procedures history`), then run it again." if told else None,
        conditions=[
            Condition(name="last run failed", value=", ".join(failed) or "none", threshold="none", ok=not failed),
            Condition(name="runs and is silent", value=", ".join(silent) or "none", threshold="none", ok=not silent),
        ],
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "worker",
        "Procedures",
        _procedures,
        "See the database first: the runs are in it.",
        name="worker.procedures",
        needs=NEEDS_DATABASE,
    ),
)
