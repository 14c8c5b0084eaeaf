"""How long what is known of ended sign-ins is kept."""

from __future__ import annotations

from datetime import timedelta

from bedside.identity.repository import ended_links, ended_sign_ins, ended_throttles
from bedside.identity.settings import IdentitySettings
from bedside.identity.tables import OneTimeLink, SignIn, Throttle
from bedside.platform.retention import Retention, counting, forgetting

_KINDS = ((SignIn, ended_sign_ins), (OneTimeLink, ended_links), (Throttle, ended_throttles))
RETENTION = (
    Retention(
        name="sign_ins",
        title="Sign-ins, one-time links and counted failures that have ended",
        setting="SIGN_IN_HISTORY_DAYS",
        period=lambda settings: timedelta(days=settings.get(IdentitySettings).sign_in_history_days),
        count=counting(*_KINDS),
        forget=forgetting(*_KINDS),
    ),
)
