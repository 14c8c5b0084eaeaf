"""All checks of what is installed."""

from __future__ import annotations

from bedside.ops.installation import cache, certificates, drift, logs, secrets, storage, version
from bedside.platform.checks import Check

CHECKS: tuple[Check, ...] = (
    *storage.CHECKS,
    *cache.CHECKS,
    *certificates.CHECKS,
    *secrets.CHECKS,
    *logs.CHECKS,
    *drift.CHECKS,
    *version.CHECKS,
)
