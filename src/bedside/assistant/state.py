"""What one turn works on: the case as the transcript has it, and what the graph finds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypedDict, TypeVar

from bedside.assistant.compose import NOTHING, Answer
from bedside.assistant.phrasing import Model
from bedside.care.schemas import Status
from bedside.knowledge.schemas import SearchHit
from bedside.triage.schemas import Level, Question, Subject, TriageResult

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Case:
    """The conversation up to one message of the patient. ``explicit`` is a question's id and the choice given to it."""

    text: str
    utterances: tuple[str, ...]
    earlier: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    open_question: Question | None = None
    asked: tuple[Question, ...] = ()
    explicit: tuple[str, str] | None = None
    subject: Subject | None = None
    age_years: float | None = None
    level: Level | None = None
    status: Status | None = None

    @property
    def characters(self) -> int:
        """How much text triage reads for it."""
        return sum(map(len, self.utterances)) + sum(map(len, self.answers.values()))

    @property
    def handed_over(self) -> bool:
        """Whether a nurse has the case already."""
        return self.status in {Status.WAITING, Status.CLAIMED}

    @property
    def undecided(self) -> bool:
        return self.status in {Status.OPEN, Status.WAITING, Status.CLAIMED}


@dataclass(frozen=True, slots=True)
class Understood:
    """What the message means for the case.

    ``asks`` is what the patient wants to know; ``misread`` says that the open question was not answered;
    ``talk`` that the message is a greeting, thanks or the like; ``idle`` that there is no case either.
    """

    result: TriageResult
    answers: dict[str, str]
    question: Question | None
    asks: str | None
    misread: bool
    idle: bool
    talk: bool
    readable: bool
    searches: str | None

    def changes(self, case: Case) -> bool:
        """Whether the case is any different for this message; a greeting or thanks changes nothing."""
        return not self.idle and not (self.talk and case.undecided and self.answers == case.answers)


class TurnState(TypedDict, total=False):
    """The graph's state. It begins with ``case``; nothing of it outlives the turn."""

    case: Case
    understood: Understood
    hits: list[SearchHit]
    answer: Answer
    result: TriageResult
    raised: bool
    used_model: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What the graph found, ready to be stored and worded."""

    understood: Understood
    result: TriageResult
    answer: Answer = NOTHING
    raised: bool = False
    used_model: bool = False


class Compute(Protocol):
    """Runs CPU-bound work over so many characters of text where it holds nobody up."""

    async def __call__(self, work: Callable[[], T], characters: int) -> T: ...


Search = Callable[[str], Awaitable[list[SearchHit]]]


@dataclass(frozen=True, slots=True)
class Tools:
    """What the nodes reach outside. ``search`` opens its own unit of work; ``compute`` takes what needs the CPU."""

    search: Search
    compute: Compute
    model: Model | None
    model_name: str | None
