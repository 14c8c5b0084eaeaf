"""What a service function gets: the actor, the session, the clock, settings, and the means to record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bedside.kit.clock import Clock
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.access.gate import Gate
from bedside.platform.access.ledger import Entry
from bedside.platform.config.load import Settings

if TYPE_CHECKING:
    from bedside.platform.jobs import Job, JobQueue


@dataclass(repr=False)
class Context:
    """One unit of work. Never kept beyond it, never shared between tasks."""

    actor: Actor
    session: AsyncSession
    settings: Settings
    clock: Clock
    gate: Gate
    jobs: JobQueue
    request_id: str | None = None
    notices: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def now(self) -> datetime:
        return self.clock.now()

    def require(self, permission: Permission) -> None:
        """Raise Forbidden when the actor's role does not hold ``permission``."""
        self.actor.require(permission)

    def purpose(self, action: str) -> None:
        """Name the reading that this unit of work does, as its audit event will: ``worklist.list``."""
        self.gate.purpose = action

    def record(
        self,
        action: str,
        entity: str,
        *,
        ids: Iterable[UUID] = (),
        patients: Iterable[UUID] = (),
        fields: Iterable[str] = (),
        content: dict[str, Any] | None = None,
        outcome: str = "success",
        flags: Iterable[str] = (),
    ) -> None:
        """Add an audit event to this unit of work. ``content`` is committed to by a salted hash, never stored."""
        self.gate.record(
            Entry(action, entity, set(ids), set(patients), set(fields), content or {}, outcome, set(flags))
        )

    def notify(self, topic: str, **ids: Any) -> None:
        """Tell listening browsers after the commit that something changed; ids only, never content."""
        if (topic, ids) not in self.notices:
            self.notices.append((topic, ids))

    async def defer(self, job: Job, **ids: Any) -> None:
        """Enqueue ``job`` in this transaction. Its arguments are ids only."""
        await self.jobs.defer(self.session, job, **ids)
