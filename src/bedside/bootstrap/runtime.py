"""Builds one process's runtime from its settings and the database's URLs."""

from __future__ import annotations

import structlog

from bedside.bootstrap.jobs import JOBS
from bedside.bootstrap.parts import build_parts
from bedside.care.service import exceptional_access
from bedside.identity.service import authenticate
from bedside.kit.clock import SystemClock
from bedside.ops.installation.drift import record_start
from bedside.platform.access.ledger import Ledger
from bedside.platform.access.settings import AccessSettings
from bedside.platform.access.unit_of_work import UnitsOfWork
from bedside.platform.config import Settings
from bedside.platform.config.core import CacheSettings, DatabaseSettings
from bedside.platform.database.engine import Database
from bedside.platform.database.maintenance import MaintenanceDatabase, maintenance_url
from bedside.platform.database.monitor import DatabaseMonitor
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.events import EventHub
from bedside.platform.jobs import JobQueue
from bedside.platform.limits import Limiter
from bedside.platform.runtime import Runtime


def build_runtime(settings: Settings, urls: DatabaseUrls, *, process: str) -> Runtime:
    """Return the runtime of ``process`` (api, worker, cli); nothing is connected yet."""
    clock = SystemClock()
    database = Database(urls.app, settings.get(DatabaseSettings), application_name=f"bedside {process}")
    jobs = JobQueue(urls.jobs or urls.app, JOBS)
    ledger = Ledger(settings.get(AccessSettings).key())
    runtime = Runtime(
        settings=settings,
        clock=clock,
        database=database,
        units=UnitsOfWork(database, ledger, settings, clock, jobs, request_id, exceptional_access),
        jobs=jobs,
        events=EventHub(urls.app),
        limiter=Limiter(settings.get(CacheSettings)),
        authenticate=authenticate,
    )
    runtime.parts.update(build_parts(settings))
    record_start(settings, process)
    runtime.parts[DatabaseMonitor] = DatabaseMonitor(urls.monitor)
    runtime.parts[MaintenanceDatabase] = MaintenanceDatabase(maintenance_url(settings, urls))
    return runtime


def request_id() -> str | None:
    """Return the id of the request that is being answered, if any."""
    value = structlog.contextvars.get_contextvars().get("request_id")
    return str(value) if value else None
