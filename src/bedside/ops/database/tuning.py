"""The server's settings against the machine: what would suit it, and why. Changes nothing.

The rules are those of PostgreSQL's documentation (20.4, 20.5, 20.7) and of PGTune (MIT): a quarter of the memory for
shared buffers on a server of its own, what is left for sorts. The embedded server shares its machine with Bedside,
its models and its index, so it takes less.
"""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from bedside.ops.database.checks.catalogue import CONNECTIONS, SETTINGS, STATISTICS
from bedside.ops.database.checks.machine import UNITS, memory_of_server, set_statement
from bedside.ops.database.checks.scene import MEBIBYTE, Scene
from bedside.ops.database.schemas import Tuning
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.monitor import Row

# What is off by less is a matter of taste.
_NEAR = 0.25
GIBIBYTE = 1024 * MEBIBYTE


@dataclass(frozen=True)
class Machine:
    """What the server runs on. ``memory`` in bytes; ``shared``: with Bedside itself."""

    memory: int
    processors: int
    shared: bool
    spinning: bool


async def tune(scene: Scene, *, memory_gib: float | None = None, processors: int | None = None) -> list[Tuning]:
    """Return what to set. ``memory_gib`` and ``processors`` where the server is on another machine.

    Raises Skip where its memory is not known, SettingsError without a monitor role, Unavailable.
    """
    machine = Machine(
        memory=round(memory_gib * GIBIBYTE) if memory_gib is not None else await memory_of_server(scene),
        processors=processors or psutil.cpu_count() or 1,
        shared=scene.runtime.settings.get(DatabaseSettings).is_embedded,
        spinning=scene.limits.disks_spin,
    )
    settings = {row["name"]: row for row in await scene.all(SETTINGS)}
    counted, connections = await scene.one(STATISTICS), await scene.one(CONNECTIONS)
    asked = counted["hit"] + counted["read"]
    hits = 100 * counted["hit"] / asked if asked >= scene.limits.cache_least_blocks else 100.0
    return [
        *_memory(machine, settings, connections["maximum"], misses=hits < scene.limits.cache_hit_warning),
        *_disk(machine, settings),
        *_work(machine, settings),
    ]


def _memory(machine: Machine, settings: dict[str, Row], connections: int, *, misses: bool) -> list[Tuning]:
    if machine.shared and not misses:
        buffers = min(max(machine.memory // 64, 64 * MEBIBYTE), 256 * MEBIBYTE)
        why = "the machine is shared with Bedside, and what is asked for is found in memory"
    elif machine.shared:
        buffers, why = machine.memory // 8, "less is found in memory than should be; an eighth of a shared machine"
    else:
        buffers, why = min(machine.memory // 4, 16 * GIBIBYTE), "a quarter of the memory, the rest caches files"
    cache = machine.memory // 2 if machine.shared else machine.memory * 3 // 4
    # Three sorts or hashes for each connection, with half of what is left; never less than PostgreSQL's own default.
    sort = (machine.memory - buffers) // 2 // (connections * 3)
    sort = min(max(sort, 4 * MEBIBYTE), (16 if machine.shared else 64) * MEBIBYTE)
    upkeep = min(max(machine.memory // (64 if machine.shared else 16), 64 * MEBIBYTE), 2 * GIBIBYTE)
    upkeep = min(upkeep, 256 * MEBIBYTE) if machine.shared else upkeep
    return [
        _size(settings, "shared_buffers", buffers, why, restart=True),
        _size(settings, "effective_cache_size", cache, "what the planner may think is cached, by the system too"),
        _size(settings, "work_mem", sort, f"for each sort of {connections} connections, three at once, must fit"),
        _size(settings, "maintenance_work_mem", upkeep, "VACUUM and CREATE INDEX read once what fits"),
    ]


def _disk(machine: Machine, settings: dict[str, Row]) -> list[Tuning]:
    cost = 4.0 if machine.spinning else 1.1
    found = [
        _number(
            settings, "random_page_cost", cost, "flash reads anywhere at the same cost" if cost < 2 else "they spin"
        ),
        _number(settings, "checkpoint_completion_target", 0.9, "spreads the writing of a checkpoint"),
        _size(settings, "max_wal_size", GIBIBYTE, "checkpoints come by time, not by volume", at_least=True),
    ]
    if not machine.spinning:
        found.append(
            _number(settings, "effective_io_concurrency", 16, "flash reads many blocks at once", at_least=True)
        )
    return found


def _work(machine: Machine, settings: dict[str, Row]) -> list[Tuning]:
    gather = max(min(machine.processors // 2, 4), 1)
    return [
        _number(settings, "max_worker_processes", max(machine.processors, 8), "one for each processor", True, True),
        _number(settings, "max_parallel_workers_per_gather", min(gather, 2), "leaves processors for other people"),
        _word(settings, "jit", "off", "compiling costs more than it saves on queries of milliseconds"),
        _word(settings, "track_io_timing", "on", "tells how long statements wait for the disk"),
        _word(
            settings, "wal_compression", "pglz", "less WAL to write, archive and send", {"on", "pglz", "lz4", "zstd"}
        ),
    ]


def _size(
    settings: dict[str, Row], name: str, wanted: float, reason: str, *, restart: bool = False, at_least: bool = False
) -> Tuning:
    row = settings[name]
    current = float(row["setting"]) * UNITS[row["unit"]]
    megabytes = max(round(wanted / MEBIBYTE), 1)
    near = current >= wanted * (1 - _NEAR) if at_least else abs(current - wanted) <= _NEAR * wanted
    return _tuning(name, f"{current / MEBIBYTE:g}MB", f"{megabytes}MB", not near, reason, restart=restart)


def _number(
    settings: dict[str, Row], name: str, wanted: float, reason: str, at_least: bool = False, restart: bool = False
) -> Tuning:
    current = float(settings[name]["setting"])
    near = current >= wanted if at_least else abs(current - wanted) <= _NEAR * wanted
    return _tuning(name, f"{current:g}", f"{wanted:g}", not near, reason, restart=restart)


def _word(settings: dict[str, Row], name: str, wanted: str, reason: str, also: set[str] | None = None) -> Tuning:
    current = str(settings[name]["setting"])
    return _tuning(name, current, wanted, current not in (also or {wanted}), reason)


def _tuning(name: str, current: str, wanted: str, change: bool, reason: str, *, restart: bool = False) -> Tuning:
    return Tuning(
        name=name,
        current=current,
        recommended=wanted if change else current,
        change=change,
        restart=restart,
        reason=reason,
        sql=set_statement(name, wanted) if change else "",
    )
