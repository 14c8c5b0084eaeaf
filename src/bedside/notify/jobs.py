"""Notify's background work."""

from __future__ import annotations

from bedside.notify.service import DELIVER, clean_up
from bedside.platform.jobs import Job

CLEAN_UP = Job("notify.clean_up", clean_up, cron="23 3 * * *", purpose="Deletes old notifications and kept mails.")
JOBS = (DELIVER, CLEAN_UP)
