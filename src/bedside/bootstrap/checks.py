"""Every check, as features declare them. An explicit list: what is not here is not looked at."""

from __future__ import annotations

from bedside.audit.checks import CHECKS as AUDIT
from bedside.identity.checks import CHECKS as IDENTITY
from bedside.knowledge.checks import CHECKS as KNOWLEDGE
from bedside.models.checks import CHECKS as MODELS
from bedside.notify.checks import CHECKS as NOTIFY
from bedside.ops.alerts.checks import CHECKS as ALERTS
from bedside.ops.database.checks.all import DATABASE_CHECKS
from bedside.ops.health.checks import CHECKS as HEALTH
from bedside.ops.installation.checks import CHECKS as INSTALLATION
from bedside.ops.machine.checks import CHECKS as MACHINE
from bedside.ops.procedures.checks import CHECKS as PROCEDURES
from bedside.ops.queue.checks import CHECKS as QUEUE
from bedside.platform.checks import Check

CHECKS: tuple[Check, ...] = (
    *HEALTH,
    *DATABASE_CHECKS,
    *QUEUE,
    *PROCEDURES,
    *MACHINE,
    *INSTALLATION,
    *MODELS,
    *KNOWLEDGE,
    *AUDIT,
    *NOTIFY,
    *ALERTS,
    *IDENTITY,
)
