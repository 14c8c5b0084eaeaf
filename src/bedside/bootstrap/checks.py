"""Every health check, by the part it looks at."""

from __future__ import annotations

from bedside.ops.health.checks import DATABASE_CHECK, DISK_CHECK, SETTINGS_CHECK, WORKER_CHECK
from bedside.platform.checks import Check

CHECKS: tuple[Check, ...] = (DATABASE_CHECK, WORKER_CHECK, DISK_CHECK, SETTINGS_CHECK)
