"""The shape of a protocol file. A nurse reads the YAML; this says what may stand in it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bedside.triage.schemas import Level, State, Subject

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,60}$")]
Sentence = Annotated[str, Field(min_length=8, max_length=400)]

_HOURS_PER = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.5, "year": 8766.0}
_QUANTITY = re.compile(r"^(\d+(?:\.\d+)?) (minute|hour|day|week|month|year)s?$")


class Strict(BaseModel):
    """Refuses unknown keys, so that a typing mistake never silently switches a rule off."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _hours(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError('write a number and a unit, for example "3 months" or "72 hours"')
    match = _QUANTITY.match(value)
    if not match:
        raise ValueError(f'{value!r} is no time: write a number and a unit, for example "3 months" or "72 hours"')
    return float(match.group(1)) * _HOURS_PER[match.group(2)]


Hours = Annotated[float, BeforeValidator(_hours)]


class TimeRange(Strict):
    """From `at_least` (included) to `under` (excluded), in hours; a file writes "3 months"."""

    at_least: Hours | None = None
    under: Hours | None = None

    @model_validator(mode="after")
    def _ordered(self) -> TimeRange:
        _check_range(self.at_least, self.under)
        return self

    def holds(self, hours: float) -> bool:
        return (self.at_least is None or hours >= self.at_least) and (self.under is None or hours < self.under)


class ValueRange(Strict):
    """From `at_least` (included) to `under` (excluded), in the unit of the measurement's name."""

    at_least: float | None = None
    under: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> ValueRange:
        _check_range(self.at_least, self.under)
        return self

    def holds(self, value: float) -> bool:
        return (self.at_least is None or value >= self.at_least) and (self.under is None or value < self.under)


def _check_range(low: float | None, high: float | None) -> None:
    if low is None and high is None:
        raise ValueError("give at_least, under, or both")
    if low is not None and high is not None and low >= high:
        raise ValueError("can never hold: at_least is not below under")


class Lasting(TimeRange):
    """How long the finding `of` has gone on, in hours."""

    of: Identifier


class Count(Strict):
    """At least so many of these findings."""

    at_least: int = Field(ge=1)
    of: list[Identifier] = Field(min_length=2)


class Condition(Strict):
    """When a rule fires. All keys that are given must hold; a finding's id alone is a condition, a list means all."""

    finding: Identifier | None = None
    all_of: list[Condition] | None = Field(default=None, alias="all", min_length=1)
    any_of: list[Condition] | None = Field(default=None, alias="any", min_length=1)
    none_of: list[Condition] | None = Field(default=None, alias="not", min_length=1)
    age: TimeRange | None = None
    age_stated: Literal[False] | None = None
    subject: Subject | None = None
    patient: Literal["adult"] | None = None
    lasting: Lasting | None = None
    measure: dict[str, ValueRange] | None = None
    count: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"finding": value}
        if isinstance(value, list):
            return {"all": value}
        return value

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if not self.model_fields_set:
            raise ValueError("an empty condition would always hold")
        return self

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The names of the keys that say something, in the order in which they stand above."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is not None)

    def findings(self) -> set[str]:
        """Every finding that the condition names."""
        named = {self.finding} if self.finding else set()
        named |= {self.lasting.of} if self.lasting else set()
        named |= set(self.count.of) if self.count else set()
        for part in self.parts():
            named |= part.findings()
        return named

    def parts(self) -> list[Condition]:
        return [*(self.all_of or ()), *(self.any_of or ()), *(self.none_of or ())]

    def denies(self) -> bool:
        """True where `not` stands anywhere in it."""
        return bool(self.none_of) or any(part.denies() for part in self.parts())

    def measures(self) -> set[str]:
        named = set(self.measure or ())
        for part in self.parts():
            named |= part.measures()
        return named


class Source(Strict):
    """A public document that a rule comes from."""

    publisher: str = Field(min_length=2)
    title: str = Field(min_length=3)
    year: int = Field(ge=1990, le=2100)
    url: str | None = None

    def cite(self, section: str | None) -> str:
        return f"{self.publisher}: {self.title} ({self.year})" + (f", {section}" if section else "")


class FindingDef(Strict):
    """A clinical feature and how people say it. `except` names phrases that only look like it."""

    label: str = Field(min_length=2, max_length=120)
    red_flag: bool = False
    phrases: list[str] = Field(default_factory=list)
    except_phrases: list[str] = Field(default_factory=list, alias="except")
    measure: dict[str, ValueRange] = Field(default_factory=dict)
    implies: list[Identifier] = Field(default_factory=list)
    also_counts: list[Literal[State.PAST, State.ASKED, State.FAMILY]] = Field(default_factory=list)


class ChoiceDef(Strict):
    value: Slug
    label: str = Field(min_length=1, max_length=120)
    sets: list[Identifier] = Field(default_factory=list)
    clears: list[Identifier] = Field(default_factory=list)
    says: list[str] = Field(default_factory=list, description="free-text answers that mean this choice")


class QuestionDef(Strict):
    """One question. With `finding` it is a yes/no question about that finding; otherwise it lists its choices."""

    id: Slug
    text: Sentence
    why: Sentence
    red_flag: bool = False
    finding: Identifier | None = None
    choices: list[ChoiceDef] = Field(default_factory=list)
    when: Condition | None = None
    unless: Condition | None = Field(default=None, description="a measurement or age with which it makes no sense")

    @model_validator(mode="after")
    def _one_form(self) -> QuestionDef:
        if (self.finding is None) == (not self.choices):
            raise ValueError("give either `finding` (a yes/no question) or `choices`, not both and not neither")
        values = [c.value for c in self.choices]
        if len(values) != len(set(values)):
            raise ValueError("two choices have the same value")
        if self.choices and "unknown" not in values:
            raise ValueError('add a choice with value "unknown" ("I don\'t know"): nobody may be forced to guess')
        return self

    def all_choices(self) -> list[ChoiceDef]:
        return self._all_choices

    @cached_property
    def _all_choices(self) -> list[ChoiceDef]:
        if self.finding is None:
            return self.choices
        return [
            ChoiceDef(value="yes", label="Yes", sets=[self.finding]),
            ChoiceDef(value="no", label="No", clears=[self.finding]),
            ChoiceDef(value="unknown", label="I don't know"),
        ]

    def findings(self) -> frozenset[str]:
        return self._findings

    @cached_property
    def _findings(self) -> frozenset[str]:
        return frozenset(f for c in self.all_choices() for f in (*c.sets, *c.clears))


class RuleDef(Strict):
    id: Slug
    level: Level
    within_hours: float | None = Field(default=None, gt=0, le=336)
    when: Condition
    reason: Sentence
    source: Slug
    section: str | None = None


class AdviceLine(Strict):
    """One sentence of advice. A file may write the sentence alone.

    Lines about one `topic` (such as aspirin) can contradict each other: their `stance` stands in the topic's order in
    `shared/defaults.yaml`, where the first that applies wins.
    """

    text: Sentence
    topic: Slug | None = None
    stance: Slug | None = None
    when: Condition | None = None
    unless: list[Identifier] = Field(default_factory=list, description="findings that silence the line")
    unless_protocols: list[Slug] = Field(default_factory=list, description="protocols that silence it when in the case")
    first: bool = Field(default=False, description="said before what is said at this level to everybody")

    @model_validator(mode="before")
    @classmethod
    def _sentence_alone(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value

    def findings(self) -> set[str]:
        return {*self.unless, *(self.when.findings() if self.when else ())}


class Topic(Strict):
    """What advice lines can contradict each other about."""

    words: list[str] = Field(min_length=1, description="a line with one of these words must name the topic")
    order: list[Slug] = Field(min_length=2, description="stances; the first that applies wins")


class SharedFile(Strict):
    """Findings that more than one protocol uses."""

    version: str
    findings: dict[Identifier, FindingDef]


class Defaults(Strict):
    """What is said where a protocol says nothing of its own, per level."""

    version: str
    topics: dict[Slug, Topic]
    advice: dict[Level, list[AdviceLine]]
    safety_net: list[Sentence]


class YieldsTo(Strict):
    """Another protocol decides in this one's place where both give the level: a numb arm beside chest pain."""

    protocol: Slug
    unless: list[Identifier] = Field(min_length=1, description="findings with which this protocol decides all the same")


class Protocol(Strict):
    id: Slug
    version: str = Field(pattern=r"^\d+\.\d+$")
    title: str = Field(min_length=3, max_length=80)
    clinical_review: str = Field(min_length=5, description="who reviewed it and when, or `not clinically reviewed`")
    priority: int = Field(ge=1, le=100, description="which protocol leads among equals, lowest first")
    yields: bool = Field(default=False, description="another complaint leads where this has nothing urgent to say")
    yields_to: YieldsTo | None = None
    complaint: list[Identifier] = Field(default_factory=list)
    sources: dict[Slug, Source] = Field(min_length=1)
    findings: dict[Identifier, FindingDef] = Field(default_factory=dict)
    questions: list[QuestionDef] = Field(default_factory=list)
    rules: list[RuleDef] = Field(min_length=1)
    advice: dict[Level, list[AdviceLine]] = Field(default_factory=dict)
    safety_net: list[Sentence] = Field(min_length=1)
