"""What the monitoring page is told."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from bedside.ops.health.schemas import PartHealth
from bedside.platform.checks import Health
from bedside.platform.figures import Figure


class Bar(BaseModel):
    """A stretch of a part's history. ``status`` is the worst that was found; null where nobody looked."""

    start: datetime
    status: Health | None
    checks: int
    response_time_ms: float | None = Field(description="The mean.")
    evidence: str | None = Field(description="Of the last result that was not healthy.")


class PartReport(PartHealth):
    """A part as it is now and as it was in the hours of the report. Its uptime is that of its worst check."""

    observed_percent: float = Field(description="Of the time, for how much there is a result.")
    history: list[Bar]


class Latencies(BaseModel):
    """Percentiles of the time to answer, in milliseconds; null without a request."""

    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class MinuteOfRequests(Latencies):
    """One minute of all API processes. ``requests`` is null where nobody counted."""

    start: datetime
    requests: int | None
    client_errors: int
    server_errors: int


class Requests(Latencies):
    """The last hour, minute by minute, and as a whole. Live streams and health probes are not in it."""

    requests: int
    client_errors: int
    server_errors: int
    minutes: list[MinuteOfRequests]


class RouteRequests(Latencies):
    """One route's last hour. ``route`` is the method and the template, never a path that was asked for."""

    route: str
    requests: int
    client_errors: int
    server_errors: int


class QueueReport(BaseModel):
    """Background jobs. ``failed_last_day`` counts those that gave up and were not tried again since."""

    waiting: int
    running: int
    oldest_waiting_seconds: float | None
    succeeded_last_day: int
    failed_last_day: int
    workers: int


class DatabaseReport(BaseModel):
    """The database. ``cache_hit_percent`` is since its statistics began; null before anything was read."""

    size_bytes: int
    connections: int
    max_connections: int
    cache_hit_percent: float | None


class HostReport(BaseModel):
    """The machine that this API process runs on."""

    disk_used_bytes: int
    disk_total_bytes: int
    memory_used_bytes: int
    memory_total_bytes: int
    processors: int
    load: float = Field(description="Mean number of runnable processes in the last minute.")


class MonitoringReport(BaseModel):
    """Everything that the page shows. Figures are the features' own: cases, conversations, sign-ins."""

    status: Health
    version: str
    timestamp: datetime
    hours: int = Field(description="How far the history goes back.")
    time_zone: str = Field(description="Whose midnight begins the day that figures count.")
    parts: list[PartReport]
    requests: Requests
    figures: list[Figure]
    queue: QueueReport
    database: DatabaseReport
    host: HostReport


class RouteList(BaseModel):
    """Every route that was asked for in the last hour, the busiest first."""

    items: list[RouteRequests]
