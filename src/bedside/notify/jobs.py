"""Notify's background work."""

from __future__ import annotations

from bedside.notify.service import DELIVER

JOBS = (DELIVER,)
