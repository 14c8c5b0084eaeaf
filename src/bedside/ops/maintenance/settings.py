"""How gently the database is cared for."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from bedside.platform.config.section import Section


class MaintenanceSettings(Section):
    """Locks and batches of database care and retention."""

    section: ClassVar[str] = "maintenance"

    lock_timeout_seconds: float = Field(
        default=5,
        alias="MAINTENANCE_LOCK_TIMEOUT",
        ge=0.1,
        le=300,
        description="How long database care waits for a lock before it leaves a table alone, in seconds.",
    )
    batch_rows: int = Field(
        default=1000,
        alias="RETENTION_BATCH_ROWS",
        ge=1,
        le=100_000,
        description="How many old records are deleted in one transaction.",
    )
