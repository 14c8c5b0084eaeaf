"""From where on a check of the database warns. The defaults are My Dr AI's ("Alert Thresholds") where it has one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


def _percent(default: float, alias: str, description: str) -> Any:
    return Field(default=default, alias=alias, ge=0, le=100, description=description)


def _positive(default: float, alias: str, description: str) -> Any:
    return Field(default=default, alias=alias, gt=0, description=description)


class DatabaseCheckSettings(Section):
    """The thresholds of the checks of the database (docs/ops-database.md)."""

    section: ClassVar[str] = "database_checks"

    look_seconds: float = Field(
        default=1.3, alias="DB_CHECK_SECONDS", gt=0, description="A check that takes longer is left out until the next."
    )
    pool_warning: float = _percent(75, "DB_POOL_WARNING_PERCENT", "Connections or pool in use: warning from here on.")
    pool_critical: float = _percent(90, "DB_POOL_CRITICAL_PERCENT", "Connections or pool in use: critical.")
    query_warning_ms: float = _positive(500, "DB_QUERY_TIME_WARNING_MS", "Mean time of a statement: warning, in ms.")
    query_critical_ms: float = _positive(1000, "DB_QUERY_TIME_CRITICAL_MS", "Mean time of a statement: critical.")
    query_least_calls: int = Field(
        default=5, alias="DB_QUERY_LEAST_CALLS", ge=1, description="Statements run less often have no mean that counts."
    )
    cache_hit_warning: float = _percent(90, "DB_CACHE_HIT_WARNING_PERCENT", "Blocks found in memory: warning below.")
    cache_hit_critical: float = _percent(80, "DB_CACHE_HIT_CRITICAL_PERCENT", "Blocks found in memory: critical below.")
    cache_least_blocks: int = Field(
        default=10_000, alias="DB_CACHE_LEAST_BLOCKS", ge=1, description="Blocks asked for before a share counts."
    )
    long_query_seconds: float = _positive(30, "DB_LONG_QUERY_SECONDS", "A query that runs longer is a long one.")
    long_query_warning: int = Field(
        default=5, alias="DB_LONG_QUERIES_WARNING", ge=1, description="Long queries at once: warning."
    )
    long_query_critical: int = Field(
        default=10, alias="DB_LONG_QUERIES_CRITICAL", ge=1, description="Long queries at once: critical."
    )
    blocked_warning_seconds: float = _positive(5, "DB_BLOCKED_WARNING_SECONDS", "A session waits for a lock: warning.")
    blocked_critical_seconds: float = _positive(60, "DB_BLOCKED_CRITICAL_SECONDS", "A session waits: critical.")
    idle_warning_seconds: float = _positive(
        60, "DB_IDLE_TRANSACTION_WARNING_SECONDS", "A session is idle in a transaction: warning, in seconds."
    )
    idle_critical_seconds: float = _positive(
        300, "DB_IDLE_TRANSACTION_CRITICAL_SECONDS", "A session is idle in a transaction: critical, in seconds."
    )
    transaction_warning_minutes: float = _positive(
        60, "DB_LONG_TRANSACTION_WARNING_MINUTES", "A transaction is open, which keeps dead rows: warning."
    )
    transaction_critical_minutes: float = _positive(
        360, "DB_LONG_TRANSACTION_CRITICAL_MINUTES", "A transaction is open: critical, in minutes."
    )
    prepared_warning_minutes: float = _positive(
        15, "DB_PREPARED_WARNING_MINUTES", "A prepared transaction waits to be ended: warning, in minutes."
    )
    prepared_critical_minutes: float = _positive(
        240, "DB_PREPARED_CRITICAL_MINUTES", "A prepared transaction waits: critical, in minutes."
    )
    deadlock_warning: float = _positive(5, "DB_DEADLOCKS_WARNING_PER_DAY", "Deadlocks a day: warning.")
    deadlock_critical: float = _positive(50, "DB_DEADLOCKS_CRITICAL_PER_DAY", "Deadlocks a day: critical.")
    temporary_warning_mb: float = _positive(
        1024, "DB_TEMPORARY_FILES_WARNING_MB_PER_HOUR", "Temporary files: warning, in MiB an hour."
    )
    temporary_critical_mb: float = _positive(
        10_240, "DB_TEMPORARY_FILES_CRITICAL_MB_PER_HOUR", "Temporary files: critical, in MiB an hour."
    )
    dead_warning: float = _positive(
        2, "DB_DEAD_TUPLES_WARNING", "Dead rows as a multiple of the table's own autovacuum threshold: warning."
    )
    dead_critical: float = _positive(10, "DB_DEAD_TUPLES_CRITICAL", "Dead rows as such a multiple: critical.")
    dead_least: int = Field(default=1000, alias="DB_DEAD_TUPLES_LEAST", ge=1, description="Fewer are no matter.")
    wraparound_warning: float = _percent(
        40, "DB_WRAPAROUND_WARNING_PERCENT", "Age of the oldest id in % of what PostgreSQL can count: warning."
    )
    wraparound_critical: float = _percent(70, "DB_WRAPAROUND_CRITICAL_PERCENT", "Age of the oldest id: critical.")
    freeze_warning: float = _positive(
        150, "DB_FREEZE_WARNING_PERCENT", "Age of the oldest id in % of where autovacuum freezes: warning."
    )
    advice_least_rows: int = Field(
        default=1000, alias="DB_ADVICE_LEAST_ROWS", ge=1, description="Smaller tables need no index and no statistics."
    )
    scan_least_rows: int = Field(
        default=10_000, alias="DB_SEQUENTIAL_SCAN_LEAST_ROWS", ge=1, description="Rows a scan reads before it matters."
    )
    scan_least: int = Field(
        default=100, alias="DB_SEQUENTIAL_SCANS_LEAST", ge=1, description="Scans of a table before they matter."
    )
    unused_least_mb: float = Field(
        default=1, alias="DB_UNUSED_INDEX_LEAST_MB", ge=0, description="Smaller unused indexes are no matter, in MiB."
    )
    statistics_days: float = Field(
        default=7, alias="DB_STATISTICS_LEAST_DAYS", ge=0, description="Age of statistics that say what is not used."
    )
    settle_minutes: float = Field(
        default=10, alias="DB_STATISTICS_SETTLE_MINUTES", ge=0, description="After a start autovacuum has this time."
    )
    bloat_warning: float = _percent(50, "DB_BLOAT_WARNING_PERCENT", "Empty space in a table or index: warning.")
    bloat_critical: float = _percent(80, "DB_BLOAT_CRITICAL_PERCENT", "Empty space in a table or index: critical.")
    bloat_least_mb: float = Field(
        default=10, alias="DB_BLOAT_LEAST_MB", ge=0, description="Less empty space is no matter, in MiB."
    )
    sequence_warning: float = _percent(75, "DB_SEQUENCE_WARNING_PERCENT", "A sequence is used up: warning.")
    sequence_critical: float = _percent(90, "DB_SEQUENCE_CRITICAL_PERCENT", "A sequence is used up: critical.")
    checkpoint_warning: float = _percent(
        50, "DB_CHECKPOINTS_REQUESTED_WARNING_PERCENT", "Checkpoints that could not wait for their time: warning."
    )
    checkpoint_least: int = Field(
        default=10, alias="DB_CHECKPOINTS_LEAST", ge=1, description="Checkpoints before their share counts."
    )
    lag_warning_mb: float = _positive(64, "DB_REPLICATION_LAG_WARNING_MB", "A standby is behind: warning, in MiB.")
    lag_critical_mb: float = _positive(1024, "DB_REPLICATION_LAG_CRITICAL_MB", "A standby is behind: critical.")
    lag_warning_seconds: float = _positive(
        60, "DB_REPLICATION_LAG_WARNING_SECONDS", "This standby is behind: warning, in seconds."
    )
    lag_critical_seconds: float = _positive(
        600, "DB_REPLICATION_LAG_CRITICAL_SECONDS", "This standby is behind: critical, in seconds."
    )
    slot_warning_mb: float = _positive(1024, "DB_SLOT_RETAINED_WARNING_MB", "WAL that a slot keeps: warning, in MiB.")
    slot_critical_mb: float = _positive(10_240, "DB_SLOT_RETAINED_CRITICAL_MB", "WAL that a slot keeps: critical.")
    wal_warning: float = _positive(2, "DB_WAL_WARNING", "WAL kept as a multiple of max_wal_size: warning.")
    wal_critical: float = _positive(5, "DB_WAL_CRITICAL", "WAL kept as a multiple of max_wal_size: critical.")
    archive_critical: int = Field(
        default=64, alias="DB_ARCHIVE_WAITING_CRITICAL", ge=1, description="WAL files not archived: critical."
    )
    disks_spin: bool = Field(
        default=False,
        alias="DB_DISKS_SPIN",
        description="The database is on spinning disks: random_page_cost may be 4.",
    )
    work_mem_share: float = _percent(
        50, "DB_WORK_MEM_MEMORY_PERCENT", "work_mem of all connections in % of the memory: warning."
    )

    def problems(self, settings: Settings) -> Iterable[str]:
        fields = type(self).model_fields
        for name, value in self:
            other = name.replace("warning", "critical")
            if "warning" not in name or other not in fields:
                continue
            critical = getattr(self, other)
            wrong = value < critical if name.startswith("cache_hit") else value > critical
            if wrong:
                yield f"{fields[name].alias} and {fields[other].alias}: the warning must come before the critical one."
