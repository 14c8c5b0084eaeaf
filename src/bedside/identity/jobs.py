"""Identity's background work."""

from __future__ import annotations

from bedside.identity.service.links import SEND_LINK

JOBS = (SEND_LINK,)
