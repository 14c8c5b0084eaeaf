"""What crosses the border of triage. Everything here is JSON-serialisable and frozen."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_TEXT_CHARS = 20_000
"""Longest single utterance, in characters, that triage reads; longer input is refused, never cut silently."""
MAX_UTTERANCES = 1_000
"""Most utterances of one conversation that one assessment reads."""


class Level(StrEnum):
    """How soon a person must be seen, most urgent first (see DESIGN, "What callers can rely on")."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"
    SELF_CARE = "self-care"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return _RANK[self]

    def at_least(self, other: Level) -> bool:
        """True where this level is as urgent as `other`, or more."""
        return self.rank <= other.rank


_RANK = {level: rank for rank, level in enumerate(Level)}


class State(StrEnum):
    """What the text or an answer says about a finding."""

    PRESENT = "present"
    ABSENT = "absent"
    PAST = "past"
    ASKED = "asked"
    FAMILY = "family"
    UNKNOWN = "unknown"


class Subject(StrEnum):
    """Who the message is about."""

    SELF = "self"
    CHILD = "child"
    OTHER = "other"


def age_in_words(years: float) -> str:
    """An age as people say it, from years: "9 days", "6 weeks", "2 months", "3 years"."""
    days = years * 365.25
    if days < 14:
        return _counted(round(days), "day")
    if days < 59:
        return _counted(round(days / 7), "week")
    if years < 2:
        return _counted(round(years * 12), "month")
    return _counted(int(years), "year")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Finding(_Frozen):
    """One clinical feature, with the patient's own words.

    `start` and `end` are character offsets into the original utterance number `utterance`; they are None where an
    answer to a question or another finding set it.
    """

    id: str
    label: str
    state: State
    counts: bool = Field(description="whether rules may use it as true")
    quote: str | None = None
    utterance: int | None = None
    start: int | None = None
    end: int | None = None
    subject: Subject = Subject.SELF
    duration_hours: float | None = None
    origin: str = Field(default="text", description="text, measure, answer:QUESTION or implied:FINDING")


class Measurement(_Frozen):
    """A number the text states, in the unit that its name carries (for example `temperature_c`)."""

    name: str
    value: float
    quote: str
    utterance: int = 0
    start: int = 0
    end: int = 0
    subject: Subject | None = None


class Choice(_Frozen):
    value: str
    label: str


class Question(_Frozen):
    id: str
    text: str
    choices: list[Choice]
    why: str
    red_flag: bool = False


class Reason(_Frozen):
    """A rule that fired. `quote` is the patient's own words, or the answer that they gave."""

    rule: str
    level: Level
    text: str
    quote: str
    source: str
    deciding: bool = Field(
        default=True, description="False where another rule gave a higher level or an earlier time: for the nurse only."
    )


class ProtocolRef(_Frozen):
    """`hash` is the SHA-256 of the protocol file's bytes, as `sha256sum` prints it."""

    id: str
    version: str
    hash: str


class Raise(_Frozen):
    """A level raised by something other than a rule (a model, a nurse): `level` is what it asked for."""

    level: Level
    by: str
    why: str


class TriageInput(_Frozen):
    """All that the person has said so far. `answers` maps a question's id to a choice's value or to free text."""

    utterances: list[str] = Field(max_length=MAX_UTTERANCES)
    answers: dict[str, str] = Field(default_factory=dict)
    subject: Subject | None = None
    age_years: float | None = Field(default=None, ge=0, le=130, description="age of the patient, in years")


class TriageRecord(_Frozen):
    """All that a decision depends on: store it, and `replay` makes the same decision again."""

    engine: str
    protocol_set: str
    findings: list[Finding]
    measurements: list[Measurement]
    answered: dict[str, str] = Field(description="question id to choice value; `unknown` where not understood")
    subject: Subject
    said_something: bool
    raises: list[Raise] = Field(default_factory=list)


class TriageResult(_Frozen):
    """`level` is None only while nothing is known and questions are open."""

    level: Level | None
    status: Literal["open", "complete"]
    within_hours: float | None
    deadline: str = Field(default="", description="The one sentence that says by when; empty while there is no level.")
    reasons: list[Reason]
    findings: list[Finding]
    questions: list[Question]
    protocol: ProtocolRef
    protocols: list[ProtocolRef]
    advice: list[str]
    safety_net: list[str]
    nurse_review: bool = Field(description="true where no protocol settled the case and a nurse must")
    record: TriageRecord


class Numbers(_Frozen):
    """Whom advice tells people of this service to call: its settings EMERGENCY_NUMBER and CRISIS_LINE."""

    emergency: str
    crisis_line: str | None = None


class Screen(_Frozen):
    """The safety screen of one message: is it an emergency now, by which rule, what to do."""

    emergency: bool
    level: Level | None
    reasons: list[Reason]
    advice: list[str]
    protocol: ProtocolRef | None


class Rate(_Frozen):
    """`hits` of `total` with its Wilson 95 % interval."""

    hits: int
    total: int
    rate: float | None
    low: float | None
    high: float | None


class EvaluationRow(_Frozen):
    """One labelled message. `expected` is the level, where the data set has one; `bar` names the bar it counts for."""

    id: str
    text: str
    expected: Level | None = None
    also_acceptable: list[Level] = Field(default_factory=list)
    family: str = ""
    group: str = ""
    bar: Literal["call", "emergent", "benign", "none"] = "none"


class EvaluationReport(_Frozen):
    rows: int
    confusion: dict[str, dict[str, int]]
    exact: Rate
    under_triage: Rate
    over_triage: Rate
    acceptable: Rate = Field(description="the labelled level, or another that the label accepts")
    bars: dict[str, Rate]
    bars_by_family: dict[str, Rate] = Field(description="each family counts once: met where half of its rows are")
    groups: dict[str, dict[str, int]] = Field(description="group (hazard) to level given to count of rows")
    misses: list[str] = Field(description="ids of rows under-triaged or missing their bar")
