"""Sampling once a minute."""

from __future__ import annotations

from bedside.ops.series.service import sample
from bedside.platform.jobs import Job

# Not tried again: a sample belongs to its minute, and the next one is soon.
SAMPLE = Job(
    "ops.sample",
    sample,
    cron="* * * * *",
    attempts=1,
    purpose="Samples figures for the charts of the monitoring page, and folds them into longer stretches.",
)
JOBS = (SAMPLE,)
