"""``/api/conversations``: begun, listed and read by the patient. The assistant's router takes the messages."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, status

from bedside.care import service
from bedside.care.schemas import ConversationDetail, ConversationItem, ConversationOut, StartConversation
from bedside.kit.paging import Page
from bedside.platform.http.dependencies import ContextDep, IdempotencyKey
from bedside.platform.http.idempotency import once
from bedside.platform.http.paging import After, Limit
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/conversations", tags=["conversations"], responses=documented(401, 403, 422, 503))


@router.post("", status_code=status.HTTP_201_CREATED)
async def start(
    ctx: ContextDep, key: IdempotencyKey = None, body: Annotated[StartConversation | None, Body()] = None
) -> ConversationOut:
    """Begin a conversation. Then send what is wrong to its ``/messages``."""
    request = body or StartConversation()

    async def make() -> ConversationOut:
        return await service.start_conversation(ctx, request)

    return await once(ctx, key, "conversations.start", request, ConversationOut, make)


@router.get("")
async def mine(ctx: ContextDep, limit: Limit = 50, after: After = None) -> Page[ConversationItem]:
    """The signed-in patient's conversations, newest first."""
    return await service.conversations_of_me(ctx, limit, after)


@router.get("/{conversation_id}", responses=documented(404))
async def read(ctx: ContextDep, conversation_id: UUID) -> ConversationDetail:
    """A conversation: all its messages, clinicians' replies included, and its latest assessment."""
    return await service.conversation(ctx, conversation_id)
