"""Patients: their row, who reaches it by break-glass, and all that is kept about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bedside.care.repository import assessments, conversations
from bedside.care.schemas import BreakGlassOut, Export, PatientOut, PatientRecord, Sex
from bedside.care.tables import BreakGlassGrant
from bedside.care.views import assessment_out, conversation_out, message_out, patient_out
from bedside.care.worklist_schemas import BREAK_GLASS_REASON_MINIMUM
from bedside.kit.ids import new_id
from bedside.kit.text import clean_text
from bedside.platform.access.actor import STAFF, Permission, Role
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, Conflict, Fault, Forbidden, NotFound

BREAK_GLASS_LASTS = timedelta(hours=1)
BREAK_GLASS_FLAG = "break-glass"
_MANY = 10_000


async def patient_for_account(
    ctx: Context, account_id: UUID, display_name: str, *, birth_date: date | None = None, sex: Sex | None = None
) -> PatientOut:
    """Return the account's patient, made at first use; the other values count only then.

    Raises Forbidden when a patient asks for another's account.
    """
    if ctx.actor.role is not Role.SYSTEM and ctx.actor.id != account_id:
        raise Forbidden("Only the account's owner can use it as a patient.")
    found = await conversations.patient_of_account(ctx, account_id)
    if found is None:
        values = {
            "id": new_id(),
            "created_at": ctx.now(),
            "account_id": account_id,
            "display_name": display_name,
            "birth_date": birth_date,
            "sex": sex,
            "is_sample": ctx.settings.core.sample_data,
            "version": 1,
        }
        await conversations.insert_patient(ctx, values)
        found = await conversations.patient_of_account(ctx, account_id)
    if found is None:
        raise Fault("The account's patient was not stored.")
    return patient_out(found)


async def patient_record(ctx: Context, patient_id: UUID) -> PatientRecord:
    """Return a patient and their past cases, for clinicians and under break-glass. Raises NotFound, Forbidden."""
    if ctx.actor.role not in STAFF:
        raise Forbidden("Patients read their own record with GET /api/me/export.")
    ctx.require(Permission.VIEW_PATIENT_DATA)
    ctx.purpose("patient.read")
    found = await conversations.patient(ctx, patient_id)
    if found is None:
        raise NotFound("No such patient among those in your care. In an emergency use break-glass.")
    cases = await assessments.of_patient(ctx, patient_id)
    shown = [assessment_out(case, ctx.settings) for case in cases]
    return PatientRecord(**patient_out(found).model_dump(), cases=shown)


async def break_glass(ctx: Context, patient_id: UUID, reason: str) -> BreakGlassOut:
    """Open a patient's record to the actor for an hour; this and every access by it are flagged in the audit.

    Raises BadInput when the reason is too short, NotFound, Conflict when the patient is in the actor's care.
    """
    ctx.require(Permission.BREAK_GLASS)
    reason = clean_text(reason)
    if len(reason) < BREAK_GLASS_REASON_MINIMUM:
        raise BadInput(f"Give the reason in at least {BREAK_GLASS_REASON_MINIMUM} characters; it is recorded.")
    if ctx.actor.id is None:
        raise Forbidden("Break-glass is for people with an account; sign in.")
    if await conversations.patient(ctx, patient_id) is not None:
        raise Conflict("You can see this patient already; break-glass is not needed.")
    now = ctx.now()
    grant = BreakGlassGrant(
        created_at=now,
        grantee_id=ctx.actor.id,
        patient_id=patient_id,
        reason=reason,
        expires_at=now + BREAK_GLASS_LASTS,
    )
    ctx.session.add(grant)
    try:
        await ctx.session.flush()
    except IntegrityError:
        raise NotFound("No such patient.") from None
    ctx.record("patient.break_glass", "patient", ids=[patient_id], patients=[patient_id], flags=[BREAK_GLASS_FLAG])
    return BreakGlassOut(id=grant.id, patient_id=patient_id, expires_at=grant.expires_at)


async def exceptional_access(ctx: Context, patients: set[UUID]) -> Mapping[UUID, str]:
    """Return the flag of those ``patients`` whom the actor reaches by break-glass alone.

    The unit of work asks before it writes its events, so no access by a grant goes unflagged.
    """
    if ctx.actor.role not in STAFF or ctx.actor.id is None:
        return {}
    return dict.fromkeys(await conversations.patients_by_grant(ctx, patients), BREAK_GLASS_FLAG)


async def export_of_me(ctx: Context) -> Export:
    """Return everything kept about the signed-in patient that is theirs to read."""
    ctx.require(Permission.CONVERSE)
    ctx.purpose("patient.export")
    account_id = ctx.actor.id
    mine = await conversations.patient_of_account(ctx, account_id) if account_id else None
    if mine is None or account_id is None:
        return Export(exported_at=ctx.now(), patient=None, conversations=[], messages=[], assessments=[])
    talks = await conversations.conversations_of(ctx, account_id, _MANY, None)
    messages = await conversations.messages_of_patient(ctx, mine.id)
    cases = await assessments.of_patient(ctx, mine.id)
    return Export(
        exported_at=ctx.now(),
        patient=patient_out(mine),
        conversations=[conversation_out(talk) for talk in talks],
        messages=[message_out(message) for message in messages],
        assessments=[assessment_out(case, ctx.settings) for case in cases],
    )
