"""Background jobs on procrastinate: at least once, ids only, enqueued in the caller's transaction."""

from bedside.platform.jobs.declare import Job
from bedside.platform.jobs.queue import JobQueue, last_due, next_run

__all__ = ["Job", "JobQueue", "last_due", "next_run"]
