"""Every background job."""

from __future__ import annotations

from bedside.assistant.jobs import JOBS as ASSISTANT
from bedside.bootstrap.procedures import PROCEDURES
from bedside.care.jobs import JOBS as CARE
from bedside.identity.jobs import JOBS as IDENTITY
from bedside.notify.jobs import JOBS as NOTIFY
from bedside.ops.alerts.jobs import JOBS as ALERTS
from bedside.ops.logs.jobs import JOBS as LOGS
from bedside.ops.monitoring.jobs import JOBS as MONITORING
from bedside.ops.procedures.jobs import procedure_jobs
from bedside.ops.series.jobs import JOBS as SERIES
from bedside.platform.jobs import Job

JOBS: tuple[Job, ...] = (
    *ASSISTANT,
    *CARE,
    *IDENTITY,
    *NOTIFY,
    *ALERTS,
    *LOGS,
    *MONITORING,
    *SERIES,
    *procedure_jobs(PROCEDURES),
)
