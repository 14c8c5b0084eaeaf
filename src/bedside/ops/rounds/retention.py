"""How long rounds are kept."""

from __future__ import annotations

from datetime import timedelta

from bedside.ops.rounds.settings import RoundSettings
from bedside.ops.rounds.tables import Round
from bedside.platform.retention import Retention, counting, forgetting

_OLD = (Round, lambda before: Round.created_at < before)
# Who looked when and what was answered is evidence: a legal hold on everything keeps it.
RETENTION = (
    Retention(
        name="rounds",
        title="Rounds",
        setting="ROUND_HISTORY_DAYS",
        period=lambda settings: timedelta(days=settings.get(RoundSettings).round_history_days),
        count=counting(_OLD),
        forget=forgetting(_OLD),
    ),
)
