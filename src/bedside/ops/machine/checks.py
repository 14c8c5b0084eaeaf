"""Checks of processors, memory, load, disk, inodes and open files."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
from dataclasses import dataclass
from datetime import timedelta

import psutil

from bedside.ops.machine.clock import CLOCK_CHECKS
from bedside.ops.machine.gpu import GPU_CHECK
from bedside.ops.machine.settings import MachineCheckSettings
from bedside.platform.checks import Category, Check, Finding, Thresholds, measured, skipped
from bedside.platform.config import Settings
from bedside.platform.looking import in_thread
from bedside.platform.runtime import Runtime

CPU_SAMPLE_SECONDS = 0.3


@dataclass(frozen=True)
class Spent:
    """Seconds that all processors together have spent since the machine began: working, and in all."""

    busy: float
    whole: float


def spent() -> Spent:
    """Return what the processors have spent so far. Waiting for a disk is no work."""
    times = psutil.cpu_times()
    whole = sum(times[:8])  # not guest times: they are in user and nice already
    return Spent(whole - times.idle - getattr(times, "iowait", 0.0), whole)


async def _cpu(runtime: Runtime) -> Finding:
    before = spent()
    await asyncio.sleep(CPU_SAMPLE_SECONDS)
    return cpu_finding(before, spent(), runtime.settings.get(MachineCheckSettings).limits("cpu"))


def cpu_finding(before: Spent, after: Spent, limits: Thresholds) -> Finding:
    """Return how busy the processors were between two moments."""
    whole = after.whole - before.whole
    percent = round(100 * (after.busy - before.busy) / whole, 1) if whole > 0 else 0.0
    return measured(
        "processors in use",
        percent,
        limits,
        f"{percent} % of {os.cpu_count()} processors are in use.",
    )


async def _memory(runtime: Runtime) -> Finding:
    memory = psutil.virtual_memory()
    return memory_finding(memory.total, memory.available, runtime.settings.get(MachineCheckSettings).limits("memory"))


def memory_finding(total: int, available: int, limits: Thresholds) -> Finding:
    """Return how much of ``total`` bytes is taken for good, caches not counted."""
    percent = round(100 * (total - available) / total, 1)
    evidence = f"{percent} % of {total // 2**20} MiB of memory is in use; {available // 2**20} MiB are available."
    return measured("memory in use", percent, limits, evidence)


async def _load(runtime: Runtime) -> Finding:
    limits = runtime.settings.get(MachineCheckSettings).limits("load", "per processor")
    return load_finding(os.getloadavg()[1], os.cpu_count() or 1, limits)


def load_finding(load: float, processors: int, limits: Thresholds) -> Finding:
    """Return how many processes want a processor, on a mean of five minutes."""
    each = round(load / processors, 2)
    return measured("load", each, limits, f"{load:.2f} processes want one of {processors} processors (5 minutes).")


async def _disk(runtime: Runtime) -> Finding:
    usage = await in_thread(lambda: shutil.disk_usage(runtime.settings.home))
    return disk_finding(usage.total, usage.free, runtime.settings.get(MachineCheckSettings).limits("disk"))


def disk_finding(total: int, free: int, limits: Thresholds) -> Finding:
    """Return how full the disk is, in bytes that Bedside's user may not use."""
    percent = round(100 * (total - free) / total, 1) if total else 100.0
    evidence = f"{percent} % of the disk below BEDSIDE_HOME is used; {free // 2**20} MiB are free."
    return measured("disk used", percent, limits, evidence)


async def _inodes(runtime: Runtime) -> Finding:
    found = await in_thread(lambda: os.statvfs(runtime.settings.home))
    return inodes_finding(found.f_files, found.f_favail, runtime.settings.get(MachineCheckSettings).limits("inodes"))


def inodes_finding(total: int, free: int, limits: Thresholds) -> Finding:
    """Return how many of a file system's inodes are taken; some have no fixed number."""
    if total == 0:
        return skipped("The file system below BEDSIDE_HOME has no fixed number of inodes.")
    percent = round(100 * (total - free) / total, 1)
    return measured("inodes used", percent, limits, f"{percent} % of {total} inodes are used; {free} are free.")


async def _open_files(runtime: Runtime) -> Finding:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    count = await in_thread(lambda: psutil.Process().num_fds())
    return files_finding(count, limit, runtime.settings.get(MachineCheckSettings).limits("files"))


def files_finding(count: int, limit: int, limits: Thresholds) -> Finding:
    """Return how near this process is to its limit of open files."""
    if limit <= 0 or limit == resource.RLIM_INFINITY:
        return skipped("This process has no limit of open files.")
    percent = round(100 * count / limit, 1)
    return measured("open files", percent, limits, f"This process has {count} files open; its limit is {limit}.")


def _limits(name: str, unit: str = "%") -> _Limits:
    return _Limits(name, unit)


@dataclass(frozen=True)
class _Limits:
    """Reads one pair of thresholds from the settings."""

    name: str
    unit: str

    def __call__(self, settings: Settings) -> Thresholds:
        return settings.get(MachineCheckSettings).limits(self.name, self.unit)


CHECKS: tuple[Check, ...] = (
    Check(
        "host",
        "Processors",
        _cpu,
        "See what works (top), and whether procedures or backups run now; else give the machine more processors.",
        name="host.cpu",
        category=Category.HOST,
        thresholds=_limits("cpu"),
    ),
    Check(
        "host",
        "Memory",
        _memory,
        "See what holds it (top, sorted by RES); lower DB_POOL_SIZE or shared_buffers, or add memory.",
        name="host.memory",
        category=Category.HOST,
        thresholds=_limits("memory"),
    ),
    Check(
        "host",
        "Load",
        _load,
        "More wants to run than the processors can; see top, then spread the load or add processors.",
        name="host.load",
        category=Category.HOST,
        thresholds=_limits("load", "per processor"),
    ),
    Check(
        "host",
        "Open files",
        _open_files,
        "Raise the limit (LimitNOFILE in the systemd unit, ulimits in compose) and start the process again.",
        name="host.open_files",
        category=Category.HOST,
        thresholds=_limits("files"),
    ),
    *CLOCK_CHECKS,
    GPU_CHECK,
    Check(
        "disk",
        "Space",
        _disk,
        "Free space (old backups and logs first), or move BEDSIDE_HOME to a larger disk.",
        name="disk.space",
        category=Category.HOST,
        thresholds=_limits("disk"),
    ),
    Check(
        "disk",
        "Inodes",
        _inodes,
        "Many small files use them up: look for them below BEDSIDE_HOME (du --inodes), or move it to another disk.",
        name="disk.inodes",
        category=Category.HOST,
        period=timedelta(minutes=5),
        thresholds=_limits("inodes"),
    ),
)
