"""How long the history of runs is kept."""

from __future__ import annotations

from datetime import timedelta

from bedside.ops.procedures.tables import ProcedureRun
from bedside.ops.settings import MonitoringSettings
from bedside.platform.retention import Retention, counting, forgetting

_OLD_RUNS = (ProcedureRun, lambda before: ProcedureRun.finished_at < before)
# Who ran what is evidence: a legal hold on everything keeps it.
RETENTION = (
    Retention(
        name="procedure_history",
        title="Runs of procedures",
        setting="PROCEDURE_HISTORY_DAYS",
        period=lambda settings: timedelta(days=settings.get(MonitoringSettings).procedure_history_days),
        count=counting(_OLD_RUNS),
        forget=forgetting(_OLD_RUNS),
    ),
)
