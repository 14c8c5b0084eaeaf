"""Apprise, imported only when operators are to be told something."""

from __future__ import annotations

import logging

from bedside.notify.letter import Letter
from bedside.notify.settings import NotifySettings

_TYPES = {"info": "info", "warning": "warning", "critical": "failure"}


def send_by_channels(settings: NotifySettings, letter: Letter) -> bool:
    """Send to the operators' channels; return whether every one of them took it. Blocks."""
    import apprise

    # Its log lines hold addresses with secrets in them; what matters is in our own.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(app_id="Bedside", storage_mode="memory", secure_logging=True)
    outgoing = apprise.Apprise(asset=asset)
    if not all(outgoing.add(address) for address in settings.addresses):
        return False
    answer = outgoing.notify(
        body=letter.body,
        title=letter.subject,
        notify_type=_TYPES[letter.severity],
        body_format="text",
        timeout=settings.timeout_seconds,
    )
    return bool(answer)
