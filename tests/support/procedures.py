"""Procedures of the tests' own, and a runtime that knows them beside Bedside's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bedside.ops.procedures.jobs import procedure_jobs
from bedside.ops.procedures.service import Running
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.jobs import Job, JobQueue
from bedside.platform.procedures import Procedure, ProcedureList
from bedside.platform.runtime import Runtime


def knowing(
    runtime: Runtime, urls: DatabaseUrls, procedures: Sequence[Procedure[Any]], jobs: Sequence[Job] | None = None
) -> Runtime:
    """Return ``runtime`` with ``procedures`` alone, as another process of the same Bedside would be built.

    ``jobs`` are those of the procedures where none are named.
    """
    queue = JobQueue(urls.require("jobs"), procedure_jobs(procedures) if jobs is None else jobs)
    parts = {**runtime.parts, ProcedureList: ProcedureList(tuple(procedures)), Running: Running()}
    return replace(runtime, jobs=queue, units=replace(runtime.units, jobs=queue), parts=parts)
