"""Metrics under the runbooks' names (administrator guide, "Metrics Collection") and more, of this process alone.

Every label has a bounded set of values: templates of routes, known methods, statuses, levels, names of jobs. Nothing
that somebody sends becomes a label; ``tests/integration/platform/test_metrics.py`` tries.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

REGISTRY = CollectorRegistry(auto_describe=True)
# Memory, processor time, open files, start: process_*; garbage collection: python_gc_*.
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_QUICK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300)

REQUEST_COUNT = Counter("http_requests_total", "HTTP requests", ["method", "endpoint", "status"], registry=REGISTRY)
REQUEST_DURATION = Histogram(
    "http_request_duration_seconds",
    "HTTP request duration in seconds",
    ["method", "endpoint"],
    registry=REGISTRY,
)
REQUESTS_RUNNING = Gauge("http_requests_in_progress", "HTTP requests that are being answered", registry=REGISTRY)

CONVERSATIONS = Counter(
    "ai_conversations_total", "Conversations, by what became of them", ["status"], registry=REGISTRY
)
RESPONSE_TIME = Histogram(
    "ai_response_time_seconds", "Time to compose a reply, in seconds", ["model_type"], registry=REGISTRY
)
MODEL_CALLS = Counter("model_calls_total", "Calls of the chat model, by how they ended", ["outcome"], registry=REGISTRY)
MODEL_CALL_TIME = Histogram(
    "model_call_duration_seconds",
    "Time until the chat model's whole answer, in seconds",
    buckets=_SLOW,
    registry=REGISTRY,
)

ACTIVE_SESSIONS = Gauge("active_sessions_total", "Sign-ins that are in force", registry=REGISTRY)
SIGN_INS = Counter("sign_ins_total", "Attempts to sign in, by how they ended", ["outcome"], registry=REGISTRY)
WORKLIST = Gauge("worklist_assessments", "Assessments that wait for a nurse, by level", ["level"], registry=REGISTRY)

DATABASE_CONNECTIONS = Gauge(
    "database_connections_active", "Database connections in use by this process", registry=REGISTRY
)
DATABASE_POOL = Gauge(
    "database_connections_limit", "Database connections that this process may open", registry=REGISTRY
)
DATABASE_QUERY_TIME = Histogram(
    "database_query_duration_seconds", "Database query duration in seconds", buckets=_QUICK, registry=REGISTRY
)
DATABASE_ERRORS = Counter(
    "database_errors_total", "Statements that PostgreSQL refused, and lost connections", registry=REGISTRY
)

JOBS = Counter("jobs_total", "Runs of background jobs, by how they ended", ["job", "outcome"], registry=REGISTRY)
JOB_TIME = Histogram(
    "job_duration_seconds", "Duration of a background job's run, in seconds", ["job"], buckets=_SLOW, registry=REGISTRY
)
QUEUE = Gauge("job_queue_jobs", "Background jobs in the queue, by status", ["status"], registry=REGISTRY)
QUEUE_AGE = Gauge("job_queue_oldest_seconds", "Age of the oldest job that is due, in seconds", registry=REGISTRY)
QUEUE_WORKERS = Gauge("job_workers", "Worker processes that reported lately", registry=REGISTRY)

DISK_USED = Gauge("disk_used_bytes", "Space used on the disk that holds BEDSIDE_HOME", registry=REGISTRY)
DISK_TOTAL = Gauge("disk_total_bytes", "Size of the disk that holds BEDSIDE_HOME", registry=REGISTRY)
MEMORY_USED = Gauge("memory_used_bytes", "Memory in use on this machine", registry=REGISTRY)
MEMORY_TOTAL = Gauge("memory_total_bytes", "Memory of this machine", registry=REGISTRY)
CPU_LOAD = Gauge(
    "cpu_load_ratio", "Mean number of runnable processes in the last minute, by processor", registry=REGISTRY
)

CHECK_STATUS = Gauge(
    "bedside_check_status",
    "What the newest run of each check found: 0 healthy, 1 degraded, 2 down",
    ["check"],
    registry=REGISTRY,
)
CHECK_VALUE = Gauge(
    "bedside_check_value", "The value that the newest run of each check found", ["check"], registry=REGISTRY
)
LOG_LINES = Counter("log_lines_total", "Lines logged by this process, by level", ["level"], registry=REGISTRY)
BUILD = Gauge("bedside_build_info", "Always 1; the labels say which version runs", ["version"], registry=REGISTRY)
