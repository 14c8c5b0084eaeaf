"""Every background job."""

from __future__ import annotations

from bedside.platform.jobs import Job

JOBS: tuple[Job, ...] = ()
