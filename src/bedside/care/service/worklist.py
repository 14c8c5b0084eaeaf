"""The nurse's worklist: by urgency, then by what is due first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bedside.care.repository import worklist as queries
from bedside.care.repository.worklist_conditions import counted
from bedside.care.schemas import Status
from bedside.care.targets import warns_from
from bedside.care.worklist_schemas import Urgency, Worklist, WorklistFilters, WorklistItem
from bedside.kit.text import beginning
from bedside.platform.access.actor import Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput
from bedside.triage.schemas import Level

_EMPTY = {**{level.value: 0 for level in Level}, "waiting": 0, "claimed": 0}
_SEPARATOR = "_"


async def worklist(
    ctx: Context, filters: WorklistFilters | None = None, *, limit: int = 50, after: str | None = None
) -> Worklist:
    """Return a page of the worklist and its counters, as one access in the audit.

    Raises BadInput when ``after`` is not a cursor that a page gave.
    """
    ctx.require(Permission.VIEW_WORKLIST)
    rows = await queries.page(ctx, filters or WorklistFilters(), limit + 1, _place(after))
    counts = _counts(await queries.counts(ctx), list(counted(ctx)))
    shown = rows[:limit]
    ctx.record(
        queries.ACCESS,
        "assessment",
        ids=[row.id for row in shown],
        patients=[row.patient_id for row in shown],
    )
    items = [_item(row, ctx) for row in shown]
    return Worklist(items=items, counts=counts, next=_cursor(shown[-1]) if len(rows) > limit else None)


def _item(row: Any, ctx: Context) -> WorklistItem:
    urgency = Urgency.BREACHED if row.breached else Urgency.WARNING if row.warning else Urgency.IN_TIME
    since = row.handed_over_at or row.created_at
    return WorklistItem(
        assessment_id=row.id,
        conversation_id=row.conversation_id,
        patient_id=row.patient_id,
        patient_name=row.display_name,
        about=row.about,
        age_years=None if row.age_years is None else round(float(row.age_years), 2),
        level=row.level,
        status=Status(row.status),
        summary=row.summary,
        complaint=None if row.complaint is None else beginning(row.complaint, queries.COMPLAINT_LONGEST),
        waiting_seconds=max(0, int(((row.decided_at or ctx.now()) - since).total_seconds())),
        handed_over_at=row.handed_over_at,
        due_at=row.due_at,
        warns_at=warns_from(row.handed_over_at, row.due_at) if row.handed_over_at and row.due_at else None,
        urgency=urgency,
        breached=bool(row.breached),
        for_physician=row.for_physician,
        nurse_review=row.nurse_review,
        claimed_by=row.claimed_by,
        claimed_by_name=row.claimed_by_name,
        mine=row.claimed_by is not None and row.claimed_by == ctx.actor.id,
        version=row.version,
    )


def _counts(rows: Sequence[Any], names: Iterable[str]) -> dict[str, int]:
    found: Counter[str] = Counter(_EMPTY)
    for row in rows:
        values = row._mapping
        for name in (values["level"], values["status"], "total"):
            found[name] += values["total"]
        for name in names:
            found[name] += values[name]
    return {name: found[name] for name in (*_EMPTY, *names, "total")}


def _cursor(row: Any) -> str:
    return _SEPARATOR.join((str(row.rank), row.due.isoformat(), str(row.id)))


def _place(after: str | None) -> queries.Place | None:
    if after is None:
        return None
    try:
        rank, due, last = after.split(_SEPARATOR)
        place = queries.Place(int(rank), datetime.fromisoformat(due), UUID(last))
        if place.due.tzinfo is None or not 0 <= place.rank <= len(Level):
            raise ValueError
    except ValueError:
        raise BadInput("`after` is not a cursor that the worklist gave; leave it out for the first page.") from None
    return place
