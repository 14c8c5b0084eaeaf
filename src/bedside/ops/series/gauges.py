"""Gauges of the queue, the machine and the checks, set when metrics are asked for."""

from __future__ import annotations

import os
import shutil
from importlib.metadata import version

import psutil

from bedside.ops.monitoring import repository as monitoring
from bedside.platform.access.actor import Actor
from bedside.platform.checks import Health
from bedside.platform.metrics import (
    BUILD,
    CHECK_STATUS,
    CHECK_VALUE,
    CPU_LOAD,
    DISK_TOTAL,
    DISK_USED,
    MEMORY_TOTAL,
    MEMORY_USED,
    QUEUE,
    QUEUE_AGE,
    QUEUE_WORKERS,
)
from bedside.platform.runtime import Runtime

_RANK = {Health.HEALTHY: 0, Health.DEGRADED: 1, Health.DOWN: 2}
HEARTBEAT_SECONDS = 30.0


async def measure_machine(runtime: Runtime) -> None:
    """Set the gauges of this machine and of what runs."""
    BUILD.labels(version("bedside")).set(1)
    disk, memory = shutil.disk_usage(runtime.settings.home), psutil.virtual_memory()
    DISK_USED.set(disk.used)
    DISK_TOTAL.set(disk.total)
    MEMORY_USED.set(memory.total - memory.available)
    MEMORY_TOTAL.set(memory.total)
    CPU_LOAD.set(os.getloadavg()[0] / (os.cpu_count() or 1))


async def measure_operations(runtime: Runtime) -> None:
    """Set the gauges of the queue and of each check's newest result. Raises Unavailable."""
    async with runtime.unit_of_work(Actor.system("api")) as ctx:
        queue = await monitoring.queue(ctx.session, ctx.now(), HEARTBEAT_SECONDS)
        states = await monitoring.states(ctx.session)
        found = [(state.name, Health(state.status), state.result.get("value")) for state in states]
    QUEUE.labels("waiting").set(queue.waiting)
    QUEUE.labels("running").set(queue.running)
    QUEUE.labels("failed_last_day").set(queue.failed_last_day)
    QUEUE_AGE.set(max(0.0, float(queue.oldest_waiting_seconds or 0.0)))
    QUEUE_WORKERS.set(queue.workers)
    # A check that is no longer made must not stand as it last was.
    CHECK_STATUS.clear()
    CHECK_VALUE.clear()
    for name, status, value in found:
        CHECK_STATUS.labels(name).set(_RANK[status])
        if isinstance(value, int | float):
            CHECK_VALUE.labels(name).set(value)
