"""Every router of the API."""

from __future__ import annotations

from fastapi import APIRouter

from bedside.assistant.routes import router as assistant
from bedside.audit.routes import router as audit
from bedside.care.routes import ROUTERS as CARE
from bedside.identity.routes import ROUTERS as IDENTITY
from bedside.knowledge.routes import router as knowledge
from bedside.ops.alerts.routes import ROUTERS as ALERTS
from bedside.ops.capacity.routes import router as capacity
from bedside.ops.checks.routes import router as checks
from bedside.ops.config.routes import router as settings
from bedside.ops.database.routes import router as database
from bedside.ops.health.routes import router as health
from bedside.ops.maintenance.routes import router as maintenance
from bedside.ops.monitoring.routes import router as monitoring
from bedside.ops.procedures.routes import router as procedures
from bedside.ops.queue.routes import router as queue
from bedside.ops.rounds.routes import router as rounds
from bedside.ops.sample.routes import router as sample_data
from bedside.ops.series.routes import router as series
from bedside.platform.http.site import router as site
from bedside.platform.http.stream import router as stream
from bedside.triage.routes import router as triage

OPERATIONS = (
    *ALERTS,
    health,
    checks,
    database,
    monitoring,
    series,
    procedures,
    rounds,
    capacity,
    maintenance,
    queue,
    settings,
    sample_data,
)
ROUTERS: tuple[APIRouter, ...] = (*OPERATIONS, site, stream, audit, knowledge, *IDENTITY, *CARE, assistant, triage)
