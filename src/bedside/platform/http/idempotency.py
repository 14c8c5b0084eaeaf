"""``Idempotency-Key`` on POSTs that create: the first answer is given again, nothing happens twice."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Index, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from bedside.platform.access.context import Context
from bedside.platform.config.core import ServerSettings
from bedside.platform.database.base import Base
from bedside.platform.errors import BadInput, Fault
from bedside.platform.retention import Retention, counting, forgetting

M = TypeVar("M", bound=BaseModel)


class IdempotencyRecord(Base):
    """A key that an actor has used, and the answer it got. Rows are the actor's alone (row-level security)."""

    __tablename__ = "idempotency_keys"

    actor_id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    __table_args__ = (Index(None, "created_at"),)


async def once(
    ctx: Context,
    key: str | None,
    endpoint: str,
    request: BaseModel,
    answer: type[M],
    make: Callable[[], Awaitable[M]],
) -> M:
    """Run ``make`` once for the actor, endpoint and key, in this unit of work.

    A second request with the same key waits for the first one's commit and gets its answer.
    Raises BadInput when the key was used with another request.
    """
    if key is None:
        return await make()
    if ctx.actor.id is None:
        raise Fault("Idempotency keys belong to an actor with an id.")
    fingerprint = hashlib.sha256(request.model_dump_json().encode()).digest()
    names = {"actor_id": ctx.actor.id, "endpoint": endpoint, "key": key}
    table = IdempotencyRecord
    claimed = await ctx.session.execute(
        insert(table)
        .values(**names, fingerprint=fingerprint, answer={}, created_at=ctx.now())
        .on_conflict_do_nothing()
        .returning(table.key)
    )
    where = [getattr(table, name) == value for name, value in names.items()]
    if claimed.first() is None:
        earlier = (await ctx.session.execute(select(table).where(*where))).scalar_one()
        if earlier.fingerprint != fingerprint:
            raise BadInput("This Idempotency-Key was used with another request; use a new key.")
        return answer.model_validate(earlier.answer)
    made = await make()
    await ctx.session.execute(update(table).where(*where).values(answer=made.model_dump(mode="json")))
    return made


_OLD_KEYS = (IdempotencyRecord, lambda before: IdempotencyRecord.created_at < before)
IDEMPOTENCY_KEYS = Retention(
    name="idempotency_keys",
    title="Keys against sending a request twice, with the answers given",
    setting="IDEMPOTENCY_KEY_DAYS",
    period=lambda settings: timedelta(days=settings.get(ServerSettings).idempotency_key_days),
    count=counting(_OLD_KEYS),
    forget=forgetting(_OLD_KEYS),
    # Copies of what is kept elsewhere.
    evidence=False,
)
