"""Looking at every part once a minute."""

from __future__ import annotations

from bedside.ops.monitoring.service import look
from bedside.platform.jobs import Job

# Not tried again: a result belongs to its minute, and the next one is soon.
LOOK = Job("ops.look", look, cron="* * * * *", attempts=1, purpose="Runs every check and keeps the results.")
JOBS = (LOOK,)
