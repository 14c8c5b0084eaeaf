"""What grows: the database and its large tables, the folders below BEDSIDE_HOME, processors, memory, connections."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import structlog
from sqlalchemy import BigInteger, cast, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.ops.machine.checks import Spent, spent
from bedside.ops.monitoring import repository as monitoring
from bedside.ops.series.schemas import Observation, SeriesName
from bedside.platform.access.context import Context
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

SIZES_EVERY = timedelta(hours=1)
SMALLEST_TABLE = 1024 * 1024
"""Bytes: what is smaller limits nothing."""
MOST_TABLES = 40
MOST_FILES = 200_000
"""A folder with more files is not measured: walking it would cost more than its size is worth."""
FOLDERS = ("backups", "logs", "objects", "postgres")
"""Below BEDSIDE_HOME (DESIGN, "Home")."""


class Growth:
    """When sizes were measured last, and what the processors had spent then. Among the runtime's parts."""

    def __init__(self) -> None:
        self.sized_at: datetime | None = None
        self.spent: Spent | None = None

    def processors(self) -> float | None:
        """Return how busy the processors were since the last call, in percent; None the first time."""
        before, self.spent = self.spent, spent()
        if before is None or self.spent.whole <= before.whole:
            return None
        return 100 * (self.spent.busy - before.busy) / (self.spent.whole - before.whole)


async def grown(runtime: Runtime, ctx: Context, minute: datetime) -> list[Observation]:
    """Return what can be told of this minute; sizes once an hour."""
    kept = runtime.part(Growth)
    memory = psutil.virtual_memory()
    database = await monitoring.database(ctx.session)
    values: dict[tuple[SeriesName, str], float] = {
        (SeriesName.MEMORY_USE, ""): 100 * (memory.total - memory.available) / memory.total,
        (SeriesName.CONNECTIONS, ""): 100 * database.connections / int(database.max_connections),
        (SeriesName.DATABASE_SIZE, ""): float(database.size_bytes),
    }
    busy = kept.processors()
    if busy is not None:
        values[SeriesName.CPU_USE, ""] = busy
    if kept.sized_at is None or ctx.now() - kept.sized_at >= SIZES_EVERY:
        kept.sized_at = ctx.now()
        for name, size in (await _tables(ctx.session)).items():
            values[SeriesName.TABLE_SIZE, name] = size
        for name, size in (await asyncio.to_thread(folder_sizes, runtime.settings.home)).items():
            values[SeriesName.FOLDER_SIZE, name] = size
    return [Observation(name, label, minute, value) for (name, label), value in values.items()]


async def _tables(session: AsyncSession) -> dict[str, float]:
    """Return the largest tables, with their indexes, in bytes."""
    tables = table("pg_class", column("oid"), column("relname"), column("relkind"), column("relnamespace"))
    size = cast(func.pg_total_relation_size(tables.c.oid), BigInteger).label("size")
    spaces = table("pg_namespace", column("oid"), column("nspname"))
    of_public = select(spaces.c.oid).where(spaces.c.nspname == "public").scalar_subquery()
    query = (
        select(tables.c.relname, size)
        .where(tables.c.relkind == "r", tables.c.relnamespace == of_public, size >= SMALLEST_TABLE)
        .order_by(size.desc())
        .limit(MOST_TABLES)
    )
    return {row.relname: float(row.size) for row in await session.execute(query)}


def folder_sizes(home: Path) -> dict[str, float]:
    """Return the bytes of files in each folder of ``home`` that there is; none for one with too many files."""
    found = {}
    for name in FOLDERS:
        folder = home / name
        if folder.is_dir() and (size := _size(folder)) is not None:
            found[name] = float(size)
    return found


def _size(folder: Path) -> int | None:
    size = files = 0
    for place, _, names in os.walk(folder):
        files += len(names)
        if files > MOST_FILES:
            _log.info("a folder has too many files to be measured", folder=folder.name)
            return None
        for name in names:
            try:
                size += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - a path object for each is slow
            except OSError:  # gone meanwhile
                continue
    return size
