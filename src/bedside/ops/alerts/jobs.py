"""Evaluating the rules once a minute."""

from __future__ import annotations

from bedside.ops.alerts.service import evaluate, sample
from bedside.platform.jobs import Job
from bedside.platform.runtime import Runtime


async def _evaluate(runtime: Runtime) -> None:
    # The worker's own metrics: jobs and how long they took.
    await sample(runtime)
    await evaluate(runtime)


# Not tried again: the next minute's is soon, and knows more.
EVALUATE = Job("alerts.evaluate", _evaluate, cron="* * * * *", attempts=1, purpose="Evaluates every alert rule.")
JOBS = (EVALUATE,)
