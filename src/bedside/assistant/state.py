"""What one turn works on: the case as the transcript has it, and what the graph finds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypedDict, TypeVar

from bedside.assistant.compose import NOTHING, Answer
from bedside.assistant.intents import Intent
from bedside.assistant.languages import Language
from bedside.assistant.phrasing import Model
from bedside.care.schemas import Status
from bedside.knowledge.schemas import SearchHit
from bedside.triage.schemas import Level, Question, Subject, TriageResult
from bedside.triage.service import Readings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Case:
    """The conversation up to one message of the patient. ``explicit`` is a question's id and the choice given to it.

    ``level`` is that of the case in hand, ``decided_level`` that of the case before, where a clinician decided it;
    ``told_review`` says whether the patient has read that the content is not clinically reviewed.
    """

    text: str
    utterances: tuple[str, ...]
    earlier: tuple[str, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    open_question: Question | None = None
    asked: tuple[Question, ...] = ()
    explicit: tuple[str, str] | None = None
    readings: Readings | None = field(default=None, compare=False, repr=False)
    """What triage has read in this turn already."""
    subject: Subject | None = None
    age_years: float | None = None
    level: Level | None = None
    status: Status | None = None
    decided_level: Level | None = None
    told_review: bool = False

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
class Change:
    """An answer that was taken back; ``after`` is its new choice, None while the question is asked again."""

    question: Question
    before: str
    after: str | None


@dataclass(frozen=True, slots=True)
class Understood:
    """What the message means for the case.

    ``result`` is never below the level of a case that a nurse has; ``found`` is what triage says by itself.
    ``asks`` is what the patient wants to know; ``misread`` says that the open question was not answered;
    ``talk`` that the message says nothing about health; ``idle`` that there is no case either. ``foreign`` is the
    language of a message that nobody here reads, ``follow_up`` a message after a clinician's decision that is for the
    nurse as it is, ``adds`` a message that told something new beside an open question. ``kinds`` are the
    patient's words for medicines, each with its kind, as sources name it; ``people`` the groups of ``compose`` that
    the patient belongs to.
    """

    result: TriageResult
    found: TriageResult
    answers: dict[str, str]
    question: Question | None
    asks: str | None
    misread: bool
    idle: bool
    talk: bool
    searches: str | None
    intent: Intent | None = None
    foreign: Language | None = None
    change: Change | None = None
    follow_up: bool = False
    adds: bool = False
    kinds: tuple[tuple[str, str], ...] = ()
    people: frozenset[str] = frozenset()

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
