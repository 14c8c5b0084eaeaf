"""Every kind of record that is forgotten some day, as features declare it. What is not in it is kept for good."""

from __future__ import annotations

from bedside.care.service.retention import RETENTION as CARE
from bedside.identity.service.retention import RETENTION as IDENTITY
from bedside.notify.retention import RETENTION as NOTIFY
from bedside.ops.alerts.retention import RETENTION as ALERTS
from bedside.ops.monitoring.retention import RETENTION as MONITORING
from bedside.ops.procedures.retention import RETENTION as PROCEDURES
from bedside.ops.rounds.retention import RETENTION as ROUNDS
from bedside.ops.series.retention import RETENTION as SERIES
from bedside.platform.http.idempotency import IDEMPOTENCY_KEYS
from bedside.platform.retention import Retention

RETENTION: tuple[Retention, ...] = (
    *CARE,
    *NOTIFY,
    *IDENTITY,
    IDEMPOTENCY_KEYS,
    *ALERTS,
    *MONITORING,
    *SERIES,
    *PROCEDURES,
    *ROUNDS,
)
