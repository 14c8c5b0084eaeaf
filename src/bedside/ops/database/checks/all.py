"""Every check of the database."""

from __future__ import annotations

from bedside.ops.database.checks import (
    bloat,
    connections,
    corruption,
    indexes,
    locks,
    machine,
    queries,
    replication,
    security,
    storage,
    vacuum,
)
from bedside.platform.checks import Check

DATABASE_CHECKS: tuple[Check, ...] = (
    *connections.CHECKS,
    *queries.CHECKS,
    *locks.CHECKS,
    *vacuum.CHECKS,
    *indexes.CHECKS,
    *bloat.CHECKS,
    *storage.CHECKS,
    *replication.CHECKS,
    *machine.CHECKS,
    *security.CHECKS,
    *corruption.CHECKS,
)
