"""Telling the other processes that something changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.platform.errors import Fault

CHANNEL = "bedside"
_LONGEST_PAYLOAD = 7999  # PostgreSQL 18 documentation, NOTIFY: shorter than 8000 bytes


async def publish(session: AsyncSession, topic: str, ids: Mapping[str, Any]) -> None:
    """Send a notice that PostgreSQL delivers when the session's transaction commits."""
    payload = json.dumps({"topic": topic, **{name: str(value) for name, value in ids.items()}})
    if len(payload.encode()) > _LONGEST_PAYLOAD:
        raise Fault("A notice carries a few ids, not content.")
    await session.execute(select(func.pg_notify(CHANNEL, payload)))
