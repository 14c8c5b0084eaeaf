"""Rows of runs: each move is one conditional UPDATE, so that two who want the same never both get it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import column, delete, exists, func, literal, select, table, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.kit.ids import new_id
from bedside.ops.procedures.schemas import ActionState
from bedside.ops.procedures.states import RunEvent, RunState, after, before
from bedside.ops.procedures.tables import ProcedureAction, ProcedureRun, ProcedureSchedule

APPLICATION_NAME = "bedside run "
"""Begins the name of the connection that a run holds from its start to its end; the rest is the run's id."""
ACTIONS_LISTED = 2000

_R = ProcedureRun
_connections = table("pg_stat_activity", column("application_name"))


async def run(session: AsyncSession, run_id: UUID) -> ProcedureRun | None:
    """Return one run as the database has it now."""
    query = select(_R).where(_R.id == run_id).execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def move(session: AsyncSession, run_id: UUID, event: RunEvent, **values: Any) -> ProcedureRun | None:
    """Make a move of the state machine; return the run after it, or None where its state does not allow it."""
    for state in before(event):
        statement = (
            update(_R)
            .where(_R.id == run_id, _R.state == state)
            .values(state=after(state, event), **values)
            .returning(_R)
            .execution_options(populate_existing=True)
        )
        moved = (await session.execute(statement)).scalar_one_or_none()
        if moved is not None:
            return moved
    return None


async def start(session: AsyncSession, run_id: UUID, now: datetime, process: str) -> ProcedureRun | None:
    """Claim a queued run for ``process``, as one attempt more."""
    return await move(
        session,
        run_id,
        RunEvent.START,
        attempt=_R.attempt + 1,
        process=process,
        started_at=func.coalesce(_R.started_at, now),
        heartbeat_at=func.now(),
        steps=[],
        findings=[],
        follow_up=[],
        failures=[],
        output={},
    )


async def beat(session: AsyncSession, run_id: UUID, attempt: int, values: Mapping[str, Any]) -> tuple[bool, bool]:
    """Keep ``values`` of a running attempt and say that it lives.

    Return whether the attempt is still the run's, and whether an operator has asked for its end.
    """
    statement = (
        update(_R)
        .where(_R.id == run_id, _R.attempt == attempt, _R.state == RunState.RUNNING)
        .values(heartbeat_at=func.now(), **values)
        .returning(_R.cancel_requested_at)
    )
    row = (await session.execute(statement)).one_or_none()
    return row is not None, row is not None and row.cancel_requested_at is not None


async def ask_to_cancel(session: AsyncSession, run_id: UUID, asked: Mapping[str, Any]) -> ProcedureRun | None:
    """Ask a running run to end; return it, or None where it does not run. Who asked first is kept."""
    running = (_R.id == run_id, _R.state == RunState.RUNNING)
    values = {name: func.coalesce(getattr(_R, name), value) for name, value in asked.items()}
    statement = update(_R).where(*running).values(**values).returning(_R).execution_options(populate_existing=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def add_action(
    session: AsyncSession, run_id: UUID, action: str, *, state: ActionState, step: int | None, key: str | None, at: Any
) -> UUID:
    """Add what is done now; return its id."""
    action_id = new_id()
    session.add(
        ProcedureAction(id=action_id, run_id=run_id, step=step, action=action, key=key, state=state, begun_at=at)
    )
    await session.flush()
    return action_id


async def action_of(session: AsyncSession, run_id: UUID, key: str) -> ProcedureAction | None:
    query = select(ProcedureAction).where(ProcedureAction.run_id == run_id, ProcedureAction.key == key)
    return (await session.execute(query)).scalar_one_or_none()


async def set_action(session: AsyncSession, action_id: UUID, state: ActionState, at: datetime | None) -> None:
    await session.execute(
        update(ProcedureAction).where(ProcedureAction.id == action_id).values(state=state, finished_at=at)
    )


async def break_off(session: AsyncSession, run_id: UUID) -> None:
    """Say of what was begun that nobody knows how it ended."""
    begun = (ProcedureAction.run_id == run_id, ProcedureAction.state == ActionState.BEGUN)
    await session.execute(update(ProcedureAction).where(*begun).values(state=ActionState.BROKEN_OFF))


async def actions(session: AsyncSession, run_id: UUID) -> tuple[Sequence[ProcedureAction], int]:
    """Return the first actions of a run, and how many there are."""
    mine = ProcedureAction.run_id == run_id
    query = select(ProcedureAction).where(mine).order_by(ProcedureAction.id).limit(ACTIONS_LISTED)
    listed = (await session.execute(query)).scalars().all()
    if len(listed) < ACTIONS_LISTED:
        return listed, len(listed)
    return listed, (await session.execute(select(func.count()).select_from(ProcedureAction).where(mine))).scalar_one()


async def action_words(session: AsyncSession, run_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return for each run what it did."""
    done = (ActionState.DONE, ActionState.PLANNED, ActionState.BROKEN_OFF)
    query = (
        select(ProcedureAction.run_id, ProcedureAction.action)
        .where(ProcedureAction.run_id.in_(run_ids), ProcedureAction.state.in_(done))
        .order_by(ProcedureAction.id)
    )
    found: dict[UUID, list[str]] = {run_id: [] for run_id in run_ids}
    for run_id, action in await session.execute(query):
        found[run_id].append(action)
    return found


async def page(
    session: AsyncSession,
    *,
    below: UUID | None,
    limit: int,
    procedure: str | None = None,
    states: Sequence[RunState] = (),
    dry_run: bool | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Sequence[ProcedureRun]:
    """Return runs, the newest first."""
    query = select(_R).order_by(_R.id.desc()).limit(limit)
    if below is not None:
        query = query.where(_R.id < below)
    if procedure is not None:
        query = query.where(_R.procedure == procedure)
    if states:
        query = query.where(_R.state.in_(states))
    if dry_run is not None:
        query = query.where(_R.dry_run == dry_run)
    if since is not None:
        query = query.where(_R.created_at >= since)
    if until is not None:
        query = query.where(_R.created_at < until)
    return (await session.execute(query)).scalars().all()


async def newest(session: AsyncSession, *, states: Sequence[RunState] = ()) -> dict[str, ProcedureRun]:
    """Return each procedure's newest run that is no dry run, in ``states`` where any are named."""
    real = select(_R).where(_R.dry_run.is_(False))
    query = real.ext(distinct_on(_R.procedure)).order_by(_R.procedure, _R.created_at.desc())
    if states:
        query = query.where(_R.state.in_(states))
    return {row.procedure: row for row in (await session.execute(query)).scalars()}


async def holder(session: AsyncSession, lock: str, *, states: Sequence[RunState]) -> ProcedureRun | None:
    """Return the oldest run with ``lock`` that is in one of ``states``; a dry run holds no lock."""
    query = select(_R).where(_R.lock == lock, _R.state.in_(states), _R.dry_run.is_(False)).order_by(_R.id).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def queued(session: AsyncSession, limit: int) -> Sequence[UUID]:
    """Return the runs that wait for a worker, the oldest first."""
    waits = (_R.state == RunState.QUEUED, _R.runner == "worker")
    return (await session.execute(select(_R.id).where(*waits).order_by(_R.id).limit(limit))).scalars().all()


async def silent(session: AsyncSession, seconds: float) -> Sequence[ProcedureRun]:
    """Return the runs whose process is gone: not heard of for ``seconds``, and its connection ended."""
    lives = exists().where(_connections.c.application_name == func.concat(APPLICATION_NAME, _R.id))
    old = _R.heartbeat_at < func.now() - literal(timedelta(seconds=seconds))
    query = select(_R).where(_R.state == RunState.RUNNING, old, ~lives).order_by(_R.id)
    return (await session.execute(query)).scalars().all()


async def add_scheduled(session: AsyncSession, values: Mapping[str, Any]) -> UUID | None:
    """Add the run of one moment of a schedule; return its id, or None where another has added it."""
    statement = insert(_R).values(**values).on_conflict_do_nothing(index_elements=["procedure", "scheduled_for"])
    return (await session.execute(statement.returning(_R.id))).scalar_one_or_none()


async def last_scheduled(session: AsyncSession) -> dict[str, datetime]:
    """Return for each procedure the last moment of its schedule that started it."""
    query = select(_R.procedure, func.max(_R.scheduled_for)).where(_R.scheduled_for.is_not(None))
    return {name: at for name, at in await session.execute(query.group_by(_R.procedure)) if at is not None}


async def schedules(session: AsyncSession) -> dict[str, ProcedureSchedule]:
    return {row.procedure: row for row in (await session.execute(select(ProcedureSchedule))).scalars()}


async def keep_schedules(session: AsyncSession, crons: Mapping[str, str], now: datetime) -> None:
    """Note new and changed schedules from ``now`` on, and forget those that are no more."""
    await session.execute(delete(ProcedureSchedule).where(ProcedureSchedule.procedure.not_in(list(crons))))
    for name, cron in crons.items():
        statement = insert(ProcedureSchedule).values(procedure=name, cron=cron, since=now)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["procedure"],
                set_={"cron": cron, "since": now},
                where=ProcedureSchedule.cron != cron,
            )
        )
