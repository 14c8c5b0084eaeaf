"""Sample patients' records, counted and deleted. Row-level security gives a DELETE no other record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select

from bedside.care.assessment_tables import Assessment, AssessmentEvent, Note
from bedside.care.tables import BreakGlassGrant, Conversation, Message, Patient
from bedside.platform.access.context import Context

ACCESS = "sample.reset"
_OPTIONS = {"access": ACCESS, "synchronize_session": False}
# In this order no row is deleted while another points to it.
_OF_PATIENT: tuple[tuple[str, type[Any]], ...] = (
    ("notes", Note),
    ("assessment_events", AssessmentEvent),
    ("messages", Message),
    ("assessments", Assessment),
    ("conversations", Conversation),
    ("break_glass_grants", BreakGlassGrant),
)


async def patients(ctx: Context) -> Sequence[UUID]:
    """Return the sample patients' ids, with their rows and conversations locked: nobody adds to them meanwhile."""
    rows = select(Patient.id).where(Patient.is_sample).order_by(Patient.id).with_for_update()
    found = (await ctx.session.execute(rows, execution_options=_OPTIONS)).scalars().all()
    talks = select(Conversation.id).where(Conversation.patient_id.in_(found)).order_by(Conversation.id)
    await ctx.session.execute(talks.with_for_update(), execution_options=_OPTIONS)
    return found


async def delete_records(ctx: Context, patient_ids: Sequence[UUID]) -> dict[str, int]:
    """Delete these patients and everything about them; return rows by kind."""
    deleted = {}
    for name, table in _OF_PATIENT:
        statement = delete(table).where(table.patient_id.in_(patient_ids))
        result = await ctx.session.execute(statement, execution_options=_OPTIONS)
        assert isinstance(result, CursorResult)  # noqa: S101 - what a DELETE gives
        deleted[name] = result.rowcount
    await ctx.session.execute(delete(Patient).where(Patient.id.in_(patient_ids)), execution_options=_OPTIONS)
    return deleted


async def count_records(ctx: Context) -> dict[str, int]:
    """Return how many rows there are of sample patients, by kind."""
    of_sample = select(Patient.id).where(Patient.is_sample)
    whole = select(func.count()).select_from(of_sample.subquery())
    counts = {"patients": (await ctx.session.execute(whole, execution_options=_OPTIONS)).scalar_one()}
    for name, table in _OF_PATIENT:
        query = select(func.count()).select_from(table).where(table.patient_id.in_(of_sample))
        counts[name] = (await ctx.session.execute(query, execution_options=_OPTIONS)).scalar_one()
    return counts
