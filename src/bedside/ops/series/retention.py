"""How long figures over time are kept. What is finer than two hours goes by itself (``service.sample``)."""

from __future__ import annotations

from datetime import timedelta

from bedside.ops.series.tables import Sample
from bedside.ops.settings import MonitoringSettings
from bedside.platform.retention import Retention, counting, forgetting

_OLD = (Sample, lambda before: Sample.at < before)
RETENTION = (
    Retention(
        name="figures",
        title="Figures over time",
        setting="FIGURE_HISTORY_DAYS",
        period=lambda settings: timedelta(days=settings.get(MonitoringSettings).figure_history_days),
        count=counting(_OLD),
        forget=forgetting(_OLD),
        evidence=False,
    ),
)
