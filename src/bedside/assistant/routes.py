"""``POST /api/conversations/{id}/messages``: the whole turn as JSON, or the same as server-sent events."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from bedside.assistant import service
from bedside.assistant.schemas import Safety, SendMessage, TurnOut
from bedside.platform.errors import BedsideError, Fault
from bedside.platform.http.dependencies import Credentials, IdempotencyKey, RuntimeDep, current_actor
from bedside.platform.http.problems import documented, problem_body
from bedside.platform.runtime import Runtime

router = APIRouter(prefix="/api/conversations", tags=["conversations"])
_log = structlog.get_logger(__name__)

EVENT_STREAM = "text/event-stream"
_SENTENCE = re.compile(r".+?(?:(?<=[.!?:\]])\s+|\n+|$)", re.DOTALL)


@router.post(
    "/{conversation_id}/messages",
    response_model=TurnOut,
    responses={
        200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}},
        **documented(401, 403, 404, 409, 413, 422, 503),
    },
)
async def send_message(
    request: Request,
    runtime: RuntimeDep,
    credentials: Credentials,
    conversation_id: UUID,
    message: SendMessage,
    key: IdempotencyKey = None,
    accept: Annotated[str | None, Header(max_length=500)] = None,
) -> TurnOut | Response:
    """Say something. The safety screen runs before anything else, sign-in included: where the turn fails, the problem
    document still carries ``safety`` (level, advice, reasons) when the words tell of an emergency."""
    readings = service.Readings()
    safety = await service.screen(runtime, message.text, readings) if message.text else None
    async with _safety_in_errors(safety):
        actor = await current_actor(request, runtime, credentials)
        started = await service.begin_turn(runtime, actor, conversation_id, message, key, readings)
        if accept and EVENT_STREAM in accept:
            events = _events(runtime, started, safety)
            return StreamingResponse(events, media_type=EVENT_STREAM, headers={"X-Accel-Buffering": "no"})
        return await service.finish_turn(runtime, started)


@asynccontextmanager
async def _safety_in_errors(safety: Safety | None) -> AsyncIterator[None]:
    try:
        yield
    except BedsideError as error:
        if safety:
            error.extra["safety"] = safety.model_dump(mode="json")
        raise
    except Exception as error:
        if safety is None:
            raise
        _log.exception("unexpected error in an emergency's turn")
        sentence = "Something went wrong here. Follow the safety advice now."
        raise Fault(sentence, safety=safety.model_dump(mode="json")) from error


async def _events(runtime: Runtime, started: service.Started, safety: Safety | None) -> AsyncIterator[str]:
    """Yield the turn. Only ``safety`` comes before the commit: it needs none."""
    if safety:
        yield _event("safety", safety)
    try:
        async with _safety_in_errors(safety):
            turn = await service.finish_turn(runtime, started)
    except BedsideError as error:
        yield _event("error", problem_body(error.status, error.title, error.message, error.code, error.extra))
        return
    for part in _SENTENCE.findall(turn.reply.text):
        yield _event("reply", {"id": str(turn.reply.id), "text": part})
    yield _event("citations", [citation.model_dump(mode="json") for citation in turn.reply.citations])
    if turn.question:
        yield _event("question", turn.question)
    if turn.assessment:
        yield _event("assessment", turn.assessment)
    yield _event("done", turn)


def _event(name: str, data: BaseModel | dict[str, Any] | list[Any]) -> str:
    text = data.model_dump_json() if isinstance(data, BaseModel) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}\ndata: {text}\n\n"
