"""Every job says what it is good for, whoever looks at the queue."""

from __future__ import annotations

from bedside.bootstrap.jobs import JOBS


def test_every_job_says_its_purpose_in_a_sentence() -> None:
    assert [job.name for job in JOBS if not (job.purpose[:1].isupper() and job.purpose.endswith("."))] == []
