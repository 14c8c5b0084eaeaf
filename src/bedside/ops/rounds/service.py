"""What people read of rounds, and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from croniter import croniter  # type: ignore[import-untyped]  # its stubs are not worth a dependency

from bedside.ops.rounds import repository
from bedside.ops.rounds.carrying import NOT_RUN
from bedside.ops.rounds.figures import FIGURES
from bedside.ops.rounds.procedures import CRONS, PREFIX
from bedside.ops.rounds.schemas import (
    Answer,
    FigureView,
    ItemState,
    ItemTold,
    ItemView,
    Period,
    PeriodView,
    RoundsOverview,
    RoundSummary,
    RoundView,
    ToDo,
)
from bedside.ops.rounds.tables import Round, RoundItem
from bedside.platform.access.actor import Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, Conflict, NotFound

SHOWN = 40
TREND = 12
"""Rounds that a trend is made of."""
LONGEST_NOTE = 2000


async def overview(ctx: Context) -> RoundsOverview:
    """Return each period with its newest round, and the rounds of late. Raises Forbidden."""
    ctx.require(Permission.RUN_PROCEDURES)
    last = {}
    for period in Period:
        for row in await repository.newest(ctx.session, period=period.value, limit=1):
            last[period] = row
    late = await repository.newest(ctx.session, limit=SHOWN)
    every = {row.id: row for row in [*last.values(), *late]}
    entries = _by_round(await repository.items(ctx.session, list(every)))
    told = {row.id: _summary(row, entries.get(row.id, [])) for row in every.values()}
    return RoundsOverview(
        periods=[
            PeriodView(
                period=period,
                procedure=f"{PREFIX}{period}",
                next_round=croniter(CRONS[period], ctx.now()).get_next(datetime),
                last=told[last[period].id] if period in last else None,
            )
            for period in Period
        ],
        rounds=[told[row.id] for row in late],
    )


async def one(ctx: Context, round_id: UUID) -> RoundView:
    """Return a round with everything. Raises Forbidden, NotFound."""
    ctx.require(Permission.RUN_PROCEDURES)
    row = await repository.one(ctx.session, round_id)
    if row is None:
        raise NotFound("There is no such round; those of long ago are deleted after ROUND_HISTORY_DAYS.")
    return await _view(ctx, row)


async def of_run(ctx: Context, run_id: UUID) -> RoundView | None:
    """Return the round of a procedure's run; None where it stored none. Raises Forbidden."""
    ctx.require(Permission.RUN_PROCEDURES)
    row = await repository.of_run(ctx.session, run_id)
    return None if row is None else await _view(ctx, row)


async def last(ctx: Context, period: Period | None = None) -> RoundView:
    """Return the newest round of a period, or of all. Raises Forbidden, NotFound."""
    ctx.require(Permission.RUN_PROCEDURES)
    rows = await repository.newest(ctx.session, period=period.value if period else None, limit=1)
    if not rows:
        raise NotFound(
            f"No {period or ''} round was walked yet; run: bedside rounds {period or 'daily'}".replace("  ", " ")
        )
    return await _view(ctx, rows[0])


async def answer(ctx: Context, round_id: UUID, item: str, given: Answer, note: str) -> RoundView:
    """Record what a person says of an item; a later answer takes the place of an earlier one.

    Raises Forbidden, NotFound, Conflict where nothing was asked, BadInput for a note that can't be kept.
    """
    ctx.require(Permission.RUN_PROCEDURES)
    note = note.strip()
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise BadInput(f"A note has {LONGEST_NOTE} characters at most, and no NUL.")
    if given is Answer.NOT_DONE and not note:
        raise BadInput("Say in the note why it was not done.")
    shown = await one(ctx, round_id)
    entry = next((each for each in shown.entries if each.item == item), None)
    if entry is None:
        raise NotFound(f"This round has no such item; it has {', '.join(each.item for each in shown.entries)}.")
    if entry.question is None:
        raise Conflict("This item asks nothing: Bedside has looked by itself.")
    by = ctx.actor.name or ctx.actor.operator or ctx.actor.role.value
    values = {"answered_at": ctx.now(), "answered_by": ctx.actor.id, "answered_by_name": by}
    await repository.answer(ctx.session, round_id, item, {**values, "answer": given.value, "note": note or None})
    ctx.record("round.answer", "round", ids=[round_id], fields=[item, given.value], content={"note": note})
    ctx.notify("procedure", run_id=shown.run_id)
    return await one(ctx, round_id)


async def _view(ctx: Context, row: Round) -> RoundView:
    rows = await repository.items(ctx.session, [row.id])
    earlier = await repository.newest(
        ctx.session, period=row.period, before=row.created_at, limit=TREND + 1, ended=True
    )
    before = [each for each in reversed(earlier) if each.id != row.id][-(TREND - 1) :]
    entries = [_item(each) for each in rows]
    return RoundView(
        **dict(_summary(row, rows)),
        entries=entries,
        figures=_figures(row, before),
        moments=[*(each.created_at for each in before), row.created_at],
        todo=_todo(entries),
    )


def _by_round(rows: Sequence[RoundItem]) -> dict[UUID, list[RoundItem]]:
    found: dict[UUID, list[RoundItem]] = {}
    for row in rows:
        found.setdefault(row.round_id, []).append(row)
    return found


def _item(row: RoundItem) -> ItemView:
    told = ItemTold.model_validate(row.told)
    return ItemView(
        **dict(told),
        item=row.item,
        state=ItemState(row.state),
        answer=Answer(row.answer) if row.answer else None,
        note=row.note,
        answered_at=row.answered_at,
        answered_by_name=row.answered_by_name,
        open=told.question is not None and row.answer is None,
    )


def _summary(row: Round, rows: Sequence[RoundItem]) -> RoundSummary:
    entries = [_item(each) for each in rows]
    asked = [each for each in entries if each.open or each.answer is Answer.NOT_DONE]
    states = [each.state for each in entries] + ([ItemState.ATTENTION] if asked else [])
    return RoundSummary(
        id=row.id,
        period=Period(row.period),
        run_id=row.run_id,
        performed_by=row.performed_by,
        began_at=row.created_at,
        finished_at=row.finished_at,
        state=min(states, key=list(ItemState).index, default=ItemState.WAITING),
        items=len(entries),
        attention=sum(1 for each in entries if each.state is ItemState.ATTENTION),
        failed=sum(1 for each in entries if each.state is ItemState.FAILED),
        open=sum(1 for each in entries if each.open),
    )


def _figures(row: Round, before: Sequence[Round]) -> list[FigureView]:
    found = []
    for name, kind in FIGURES.items():
        history = [each.figures.get(name) for each in [*before, row]]
        if all(value is None for value in history):
            continue
        found.append(
            FigureView(
                name=name,
                title=kind.title,
                unit=kind.unit,
                value=history[-1],
                before=history[-2] if len(history) > 1 else None,
                history=history,
            )
        )
    return found


def _todo(entries: Sequence[ItemView]) -> list[ToDo]:
    found: dict[tuple[str, str], ToDo] = {}

    def add(who: str, what: str, how: str | None, item: str) -> None:
        found.setdefault((who, what), ToDo(who=who, what=what, how=how, item=item))

    for each in entries:
        for seen in each.troubled:
            add(each.who, f"{seen.title}: {seen.evidence}", seen.remedy, each.item)
        for ran in each.ran:
            again = f"bedside procedures run {ran.procedure}" if ran.state == NOT_RUN else None
            for line in [*ran.failures, *ran.follow_up]:
                add(each.who, f"{ran.title}: {line}", again, each.item)
        if each.open and each.question:
            add(each.who, each.question, each.how, each.item)
        if each.answer is Answer.NOT_DONE and each.question:
            add(each.who, f"Not done: {each.question} {each.note or ''}".strip(), each.how, each.item)
    return list(found.values())
