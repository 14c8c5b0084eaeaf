"""Metrics under the runbooks' names (administrator guide, "Metrics Collection"). Labels are bounded sets."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)

REQUEST_COUNT = Counter("http_requests_total", "HTTP requests", ["method", "endpoint", "status"], registry=REGISTRY)
REQUEST_DURATION = Histogram(
    "http_request_duration_seconds",
    "HTTP request duration in seconds",
    ["method", "endpoint"],
    registry=REGISTRY,
)
CONVERSATIONS = Counter(
    "ai_conversations_total", "Conversations, by what became of them", ["status"], registry=REGISTRY
)
RESPONSE_TIME = Histogram(
    "ai_response_time_seconds", "Time to compose a reply, in seconds", ["model_type"], registry=REGISTRY
)
ACTIVE_SESSIONS = Gauge("active_sessions_total", "Sign-ins that are in force", registry=REGISTRY)
DATABASE_CONNECTIONS = Gauge(
    "database_connections_active", "Database connections in use by this process", registry=REGISTRY
)
DATABASE_QUERY_TIME = Histogram(
    "database_query_duration_seconds", "Database query duration in seconds", registry=REGISTRY
)
WORKLIST = Gauge("worklist_assessments", "Assessments that wait for a nurse, by level", ["level"], registry=REGISTRY)
