"""Rows as they are told."""

from __future__ import annotations

from collections.abc import Sequence

from bedside.ops.procedures.schemas import ActionView, Details, MaintenanceLog, Performed, RunSummary, RunView
from bedside.ops.procedures.states import RunState
from bedside.ops.procedures.tables import ProcedureAction, ProcedureRun
from bedside.platform.procedures import Kind


def run_summary(row: ProcedureRun, title: str) -> RunSummary:
    """Return a run as a list shows it."""
    return RunSummary(
        id=row.id,
        procedure=row.procedure,
        title=title,
        type=Kind(row.kind),
        state=RunState(row.state),
        dry_run=row.dry_run,
        performed_by=row.performed_by,
        via=row.via,
        scheduled_for=row.scheduled_for,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        duration_seconds=_duration(row),
        cancel_requested=row.cancel_requested_at is not None,
        failures=row.failures,
        error=row.error,
    )


def run_view(row: ProcedureRun, title: str, actions: Sequence[ProcedureAction] = (), actions_total: int = 0) -> RunView:
    """Return a run with everything that is kept of it."""
    return RunView(
        **dict(run_summary(row, title)),
        parameters=row.parameters,
        steps=row.steps,
        actions=[
            ActionView(
                action=each.action,
                state=each.state,
                step=each.step,
                begun_at=each.begun_at,
                finished_at=each.finished_at,
            )
            for each in actions
        ],
        actions_total=actions_total,
        findings=row.findings,
        follow_up=row.follow_up,
        output=row.output,
        attempt=row.attempt,
        heartbeat_at=row.heartbeat_at,
        cancelled_by=row.cancelled_by,
    )


def maintenance_log(row: ProcedureRun, actions: list[str]) -> MaintenanceLog:
    """Return an ended run in the runbook's shape, which knows three statuses: what was broken off is partial."""
    match RunState(row.state):
        case RunState.COMPLETED:
            status = "completed"
        case RunState.PARTIAL:
            status = "partial"
        case RunState.CANCELLED if actions:
            status = "partial"
        case _:
            status = "failed"
    return MaintenanceLog(
        run_id=row.id,
        task_id=row.procedure,
        type=Kind(row.kind),
        performed=Performed(by=row.performed_by, at=row.started_at or row.created_at, duration=_duration(row) or 0.0),
        details=Details(
            actions=actions,
            findings=[*row.findings, *row.failures, *([row.error] if row.error else [])],
            follow_up=row.follow_up,
        ),
        status=status,
    )


def _duration(row: ProcedureRun) -> float | None:
    if row.started_at is None or row.finished_at is None:
        return None
    return round((row.finished_at - row.started_at).total_seconds(), 3)
