"""Every router of the API."""

from __future__ import annotations

from fastapi import APIRouter

from bedside.assistant.routes import router as assistant
from bedside.audit.routes import router as audit
from bedside.care.routes import ROUTERS as CARE
from bedside.identity.routes import ROUTERS as IDENTITY
from bedside.knowledge.routes import router as knowledge
from bedside.ops.health.routes import router as health
from bedside.platform.http.stream import router as stream
from bedside.triage.routes import router as triage

ROUTERS: tuple[APIRouter, ...] = (health, stream, audit, knowledge, *IDENTITY, *CARE, assistant, triage)
