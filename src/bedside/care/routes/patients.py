"""``/api/patients`` for clinicians, ``/api/me/export`` for patients."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, status

from bedside.care import service
from bedside.care.schemas import BreakGlassOut, Export, PatientRecord
from bedside.care.worklist_schemas import BreakGlassRequest
from bedside.platform.http.dependencies import ContextDep, IdempotencyKey
from bedside.platform.http.idempotency import once
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api", tags=["patients"], responses=documented(401, 403, 422, 503))


@router.get("/patients/{patient_id}", responses=documented(404))
async def read(ctx: ContextDep, patient_id: UUID) -> PatientRecord:
    """A patient in one's care, with past cases, latest first."""
    return await service.patient_record(ctx, patient_id)


@router.post("/patients/{patient_id}/break-glass", status_code=status.HTTP_201_CREATED, responses=documented(404, 409))
async def break_glass(
    ctx: ContextDep, patient_id: UUID, body: BreakGlassRequest, key: IdempotencyKey = None
) -> BreakGlassOut:
    """Open the record of a patient who is not in one's care, for an hour. The reason is recorded and reviewed."""

    async def make() -> BreakGlassOut:
        return await service.break_glass(ctx, patient_id, body.reason)

    return await once(ctx, key, f"patients.break_glass/{patient_id}", body, BreakGlassOut, make)


@router.get("/me/export")
async def export(ctx: ContextDep) -> Export:
    """Everything kept about the signed-in patient."""
    return await service.export_of_me(ctx)
