"""A procedure is a named operation that an operator runs: parameters, schedule, permission, dry run, steps.

Declaring one (``@procedure``) and listing it in bootstrap is what puts it on the command line, in the API, on the
administrator's page and on the schedule. ``ops.procedures`` runs them and keeps each run.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from bedside.platform.access.actor import Actor, Permission
from bedside.platform.errors import Fault
from bedside.platform.runtime import Runtime

NAME = r"(?=.{1,64}$)[a-z][a-z0-9_]*(\.[a-z0-9_]+)*"

_PATHS = frozenset({"runs"})

T = TypeVar("T")


class Parameters(BaseModel):
    """A procedure's parameters; every field has a description, which is its help text and its label."""

    model_config = ConfigDict(extra="forbid", frozen=True)


P = TypeVar("P", bound=Parameters)


class Kind(StrEnum):
    """Cardiology maintenance procedures, ``MaintenanceLog.type``."""

    ROUTINE = "routine"
    EMERGENCY = "emergency"
    UPDATE = "update"


class WhenLocked(StrEnum):
    """What a second run does while one holds the lock."""

    WAIT = "wait"
    REFUSE = "refuse"


class Cancelled(BaseException):
    """An operator has asked that the run ends. No Exception, so that ``except Exception`` in a body lets it pass."""


class Run(ABC):
    """One run, as its procedure sees it. Whatever changes something goes through ``act``."""

    id: UUID
    runtime: Runtime
    actor: Actor
    dry_run: bool

    @abstractmethod
    def step(self, title: str, total: int | None = None) -> AbstractAsyncContextManager[None]:
        """Begin a step; what it did is kept when it ends. Raises Cancelled where an operator has asked for that."""

    @abstractmethod
    async def act(self, action: str, effect: Callable[[], Awaitable[T]], *, key: str | None = None) -> T | None:
        """Do one thing and record it; in a dry run record it alone and return None.

        That a dry run and a run agree is thereby so by construction. ``key`` names an effect that must not be doubled:
        a run that is taken up again after its worker died skips the keys it has done, returning None. One that was
        begun and of which nobody knows whether it was done is not repeated either: it is recorded as failed, for a
        person to look at. An effect without a key must be safe to repeat. Raises Cancelled, before the effect, where
        an operator has asked for that, and whatever the effect raises.
        """

    @abstractmethod
    async def progress(self, done: int, total: int | None = None) -> None:
        """Tell how far the step is. Raises Cancelled where an operator has asked for that."""

    @abstractmethod
    def found(self, finding: str) -> None:
        """Record what was seen; no patient data."""

    @abstractmethod
    def follow_up(self, what: str) -> None:
        """Record what is left for a person. A run that leaves something is still completed."""

    @abstractmethod
    def failed(self, what: str) -> None:
        """Record what could not be done while the rest went on: the run ends as partial."""

    @abstractmethod
    def output(self, **figures: Any) -> None:
        """Add to the run's output: figures before and after, counts, names of files."""


Body = Callable[[Run, Any], Awaitable[None]]


@dataclass(frozen=True)
class Procedure(Generic[P]):
    """A declared procedure. ``cron`` is five fields in UTC; ``lock`` is its name unless it shares one with others."""

    name: str
    title: str
    purpose: str
    parameters: type[P]
    body: Body
    kind: Kind
    permission: Permission
    cron: str | None
    time_limit: timedelta
    lock: str
    when_locked: WhenLocked
    destroys: bool


def procedure(
    name: str,
    title: str,
    purpose: str,
    *,
    parameters: type[P],
    kind: Kind = Kind.ROUTINE,
    permission: Permission = Permission.RUN_PROCEDURES,
    cron: str | None = None,
    time_limit: timedelta = timedelta(hours=1),
    lock: str | None = None,
    when_locked: WhenLocked = WhenLocked.REFUSE,
    destroys: bool = False,
) -> Callable[[Callable[[Run, P], Awaitable[None]]], Procedure[P]]:
    """Declare the decorated function as a procedure. ``destroys`` asks for a typed confirmation before a run."""

    def declare(body: Callable[[Run, P], Awaitable[None]]) -> Procedure[P]:
        return Procedure(
            name,
            title,
            purpose,
            parameters,
            body,
            kind,
            permission,
            cron,
            time_limit,
            lock or name,
            when_locked,
            destroys,
        )

    return declare


@dataclass(frozen=True)
class ProcedureList:
    """Every procedure of the process, kept among the runtime's parts. Raises Fault for one that can't be right."""

    procedures: tuple[Procedure[Any], ...]

    def __post_init__(self) -> None:
        names = [each.name for each in self.procedures]
        if len(names) != len(set(names)):
            raise Fault("Two procedures have the same name.")
        for each in self.procedures:
            if each.name in _PATHS:
                raise Fault(f"{each.name} is a path of the API's own, not a procedure.")
            if not re.fullmatch(NAME, each.name):
                raise Fault(f"{each.name} is no procedure's name: words with dots, lower case, 64 characters at most.")
            if each.cron is not None and any(field.is_required() for field in each.parameters.model_fields.values()):
                raise Fault(f"{each.name} has a schedule and a parameter without a default.")

    def named(self, name: str) -> Procedure[Any] | None:
        """Return the procedure ``name``, or None."""
        return next((each for each in self.procedures if each.name == name), None)
