"""Notify's background work."""

from __future__ import annotations

from bedside.notify.service import DELIVER, sweep
from bedside.platform.jobs import Job

SWEEP = Job("notify.sweep", sweep, cron="* * * * *", attempts=1, purpose="Tries messages again that got stuck.")
JOBS = (DELIVER, SWEEP)
