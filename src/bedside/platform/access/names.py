"""Who stands behind an actor's id. The audit log keeps ids alone; names belong to the feature that keeps accounts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from uuid import UUID

from bedside.platform.access.context import Context

StaffNames = Callable[[Context, Collection[UUID]], Awaitable[Mapping[UUID, str]]]


class ActorNames:
    """A part: ``of_staff`` gives the names of those ids that are staff's, as far as the actor may see accounts.

    Patients are never among them.
    """

    def __init__(self, of_staff: StaffNames) -> None:
        self.of_staff = of_staff
