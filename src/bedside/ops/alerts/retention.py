"""How long alerts that are over are kept, and silences."""

from __future__ import annotations

from datetime import timedelta

from bedside.ops.alerts.settings import AlertSettings
from bedside.ops.alerts.tables import AlertRow, AlertSilence
from bedside.platform.retention import Retention, counting, forgetting

# An alert that is open stays, however old it is; its changes go with it.
_OVER = (AlertRow, lambda before: (AlertRow.state == "resolved") & (AlertRow.resolved_at < before))
_ENDED = (AlertSilence, lambda before: AlertSilence.ends_at < before)
RETENTION = (
    Retention(
        name="alerts",
        title="Alerts that are over, and silences",
        setting="ALERT_RETENTION_DAYS",
        period=lambda settings: timedelta(days=settings.get(AlertSettings).keep_days),
        count=counting(_OVER, _ENDED),
        forget=forgetting(_OVER, _ENDED),
        evidence=False,
    ),
)
