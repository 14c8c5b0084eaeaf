"""``/api/worklist`` and ``/api/assessments``: the clinicians' work, and what a patient reads of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, status

from bedside.care import service
from bedside.care.schemas import AssessmentDetail, AssessmentOut, NoteOut, OthersLooking
from bedside.care.worklist_schemas import (
    DecideRequest,
    NoteRequest,
    OptionalReason,
    ReasonRequest,
    TargetRequest,
    Worklist,
    WorklistFilters,
)
from bedside.platform.http.dependencies import ContextDep, IdempotencyKey
from bedside.platform.http.idempotency import once
from bedside.platform.http.paging import LIMIT_MAXIMUM
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api", tags=["worklist"], responses=documented(401, 403, 422, 503))


class WorklistQuery(WorklistFilters):
    """Filters with the page."""

    after: Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")] = None
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAXIMUM, description="How many items a page holds.")] = 50


@router.get("/worklist")
async def worklist(ctx: ContextDep, query: Annotated[WorklistQuery, Query()]) -> Worklist:
    """The cases that await a decision, most urgent first, then the soonest due."""
    return await service.worklist(ctx, query, limit=query.limit, after=query.after)


@router.get("/assessments/{assessment_id}", responses=documented(404))
async def read(ctx: ContextDep, assessment_id: UUID) -> AssessmentDetail | AssessmentOut:
    """A case with its conversation and why it has its level; its patient gets what is theirs to read."""
    return await service.get_assessment(ctx, assessment_id)


@router.post("/assessments/{assessment_id}/claim", responses=documented(404, 409))
async def claim(ctx: ContextDep, assessment_id: UUID) -> AssessmentDetail:
    """Take a waiting case; 409 names who was faster."""
    return await service.claim(ctx, assessment_id)


@router.post("/assessments/{assessment_id}/release", responses=documented(404, 409))
async def release(
    ctx: ContextDep, assessment_id: UUID, body: Annotated[OptionalReason | None, Body()] = None
) -> AssessmentDetail:
    """Give a claimed case back to the worklist."""
    return await service.release(ctx, assessment_id, body.reason if body else None)


@router.post("/assessments/{assessment_id}/decision", responses=documented(404, 409))
async def decide(ctx: ContextDep, assessment_id: UUID, body: DecideRequest) -> AssessmentDetail:
    """Accept the level, or change it with a reason; the reply goes to the patient."""
    return await service.decide(ctx, assessment_id, body)


@router.post("/assessments/{assessment_id}/undo", responses=documented(404, 409))
async def undo(ctx: ContextDep, assessment_id: UUID) -> AssessmentDetail:
    """Take one's own decision back within a minute."""
    return await service.undo_decision(ctx, assessment_id)


@router.post("/assessments/{assessment_id}/refer", responses=documented(404, 409))
async def refer(ctx: ContextDep, assessment_id: UUID, body: ReasonRequest) -> AssessmentDetail:
    """Give a claimed case to the physicians."""
    return await service.hand_to_physician(ctx, assessment_id, body.reason)


@router.post("/assessments/{assessment_id}/target", responses=documented(404, 409))
async def change_target(ctx: ContextDep, assessment_id: UUID, body: TargetRequest) -> AssessmentDetail:
    """Set by when a case must be decided."""
    return await service.change_target(ctx, assessment_id, body.due_at, body.reason)


@router.post("/assessments/{assessment_id}/withdraw", responses=documented(404, 409))
async def withdraw(ctx: ContextDep, assessment_id: UUID) -> AssessmentOut:
    """Take one's own case back, as its patient."""
    return await service.withdraw(ctx, assessment_id)


@router.put("/assessments/{assessment_id}/presence", responses=documented(404))
async def look(ctx: ContextDep, assessment_id: UUID) -> OthersLooking:
    """Say that one looks at the case, again before it expires; returns who else does."""
    return await service.look(ctx, assessment_id)


@router.delete("/assessments/{assessment_id}/presence", status_code=status.HTTP_204_NO_CONTENT)
async def look_away(ctx: ContextDep, assessment_id: UUID) -> None:
    """Say that one has left the case."""
    await service.look_away(ctx, assessment_id)


@router.post("/assessments/{assessment_id}/notes", status_code=status.HTTP_201_CREATED, responses=documented(404))
async def add_note(ctx: ContextDep, assessment_id: UUID, body: NoteRequest, key: IdempotencyKey = None) -> NoteOut:
    """Add a note that patients never see."""

    async def make() -> NoteOut:
        return await service.add_note(ctx, assessment_id, body.text)

    return await once(ctx, key, f"assessments.notes/{assessment_id}", body, NoteOut, make)
