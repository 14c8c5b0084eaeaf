"""The database as it is told: how it is, who uses it, what is slow, what would help."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from bedside.platform.checks import Condition, Health


class SetupReport(BaseModel):
    """What was made, what is missing, and each new role's URL by the setting that takes it."""

    done: list[str]
    missing: list[str]
    urls: dict[str, str] = {}

    @property
    def complete(self) -> bool:
        return not self.missing


class MigrationResult(BaseModel):
    """Where the schema was and is."""

    before: str | None
    after: str
    changed: bool
    sentence: str


class TableSize(BaseModel):
    """One table with its indexes, as PostgreSQL last estimated them."""

    name: str
    rows: int
    size_bytes: int


class DatabaseStatus(BaseModel):
    """The server and this database. ``size_bytes`` is the whole database's.

    What only the monitor role sees is null where it has no URL; ``hint`` says what to set then.
    """

    server_version: str
    embedded: bool
    revision: str | None
    newest_revision: str
    size_bytes: int
    connections: int
    max_connections: int
    started_at: datetime | None = None
    standby: bool | None = None
    cache_hit_percent: float | None = None
    commits: int | None = None
    rollbacks: int | None = None
    counted_since: datetime | None = Field(default=None, description="Since when the statistics are counted.")
    extensions: list[str] = []
    largest_tables: list[TableSize] = []
    hint: str | None = None

    @property
    def up_to_date(self) -> bool:
        return self.revision == self.newest_revision


class SessionGroup(BaseModel):
    """Sessions of one application, role and state."""

    application: str
    role: str
    state: str
    sessions: int
    longest_seconds: float = Field(description="How long the longest of them has been in this state.")


class PoolReport(BaseModel):
    """Connections of the server and who has them. ``pool_size`` and ``max_overflow`` are of one process of Bedside."""

    used: int
    available: int = Field(description="What is not reserved for superusers.")
    reserved: int
    used_percent: float
    status: Health
    pool_size: int
    max_overflow: int
    groups: list[SessionGroup]


class SlowQuery(BaseModel):
    """One statement, its values replaced by $1, $2, … and its times in milliseconds."""

    id: str
    query: str
    calls: int
    mean_ms: float
    max_ms: float
    total_ms: float
    rows: int
    cache_hit_percent: float | None
    temporary_files: bool
    roles: str
    status: Health


class SlowQueries(BaseModel):
    """The statements, the slowest first. ``hint``: why there are none to tell."""

    items: list[SlowQuery]
    hint: str | None = None


class BlockedSession(BaseModel):
    """A session that waits for a lock, and those that hold it. ``depth``: so many stand before it in the chain."""

    pid: int
    application: str
    role: str
    command: str = Field(description="The first word of its statement.")
    lock: str
    table: str
    waiting_seconds: float
    blockers: list[int]
    depth: int


class Blocker(BaseModel):
    """A session at the head of a chain: it waits for nobody."""

    pid: int
    application: str
    role: str
    state: str
    transaction_seconds: float | None
    blocks: int
    sql: str


class BlockedReport(BaseModel):
    """Who waits, and who is waited for."""

    waiting: list[BlockedSession]
    blockers: list[Blocker]


class DatabaseOverview(BaseModel):
    """All that the page Database shows of the running server."""

    status: DatabaseStatus
    pool: PoolReport | None
    slow_queries: SlowQueries
    blocked: BlockedReport | None


class Advice(BaseModel):
    """What one check found wrong, and what mends it."""

    name: str
    title: str
    status: Health
    evidence: str
    remedy: str | None
    sql: list[str]
    conditions: list[Condition]
    procedure: str | None


class Tuning(BaseModel):
    """One setting of the server: what it is, what would suit this machine, and why."""

    name: str
    current: str
    recommended: str
    change: bool
    restart: bool = Field(description="Whether it is in force only after a restart.")
    reason: str
    sql: str


class AdviceReport(BaseModel):
    """Advice for indexes, queries, tables and the server. Nothing of it is done by asking."""

    advice: list[Advice]
    skipped: dict[str, str] = Field(description="Checks that could not be made, and why.")
    looked_at: int
    tuning: list[Tuning]
    hint: str | None = None
