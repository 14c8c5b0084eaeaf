"""The runbooks' lists as data (``data/rounds.yaml``), read strictly: what names nothing that there is, is an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bedside.ops.rounds.figures import FIGURES
from bedside.ops.rounds.schemas import Line, Period
from bedside.platform.checks import Check, CheckList
from bedside.platform.errors import Fault
from bedside.platform.procedures import ProcedureList
from bedside.platform.runtime import Runtime

RUNBOOKS = {
    "A": "Medical AI Assistant administrator guide",
    "C": "Cardiology Clinical Assistant maintenance",
    "D": "My Dr AI production database",
    "O": "OpenAlgebra Medical AI runbook",
    "Y": "YAZ Healthcare Platform operations",
}
ALL = "all"
_PLACE = re.compile(r"([A-Z]) (\d{1,5})")


class PlanError(Exception):
    """The plan is not as it has to be; the message names the item."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Strict):
    """What only a person can answer, and where to look."""

    question: str = Field(min_length=1)
    how: str = Field(min_length=1)


class Item(_Strict):
    """One item of a round."""

    item: str = Field(pattern=r"^[a-z][a-z_]{0,40}$")
    title: str = Field(min_length=1)
    who: str = Field(min_length=1)
    lines: tuple[Line, ...] = Field(alias="from", min_length=1)
    checks: tuple[str, ...] = ()
    procedures: tuple[tuple[str, dict[str, Any]], ...] = ()
    figures: tuple[str, ...] = ()
    ask: Question | None = None
    capacity: bool = False
    waits: str | None = Field(default=None, min_length=1)

    @field_validator("lines", mode="before")
    @classmethod
    def _places(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            raise ValueError("`from` is a mapping of places (A 1017) to the runbook's words")
        lines = []
        for place, words in given.items():
            match = _PLACE.fullmatch(str(place))
            if match is None or match[1] not in RUNBOOKS:
                raise ValueError(f"{place} is no place in a runbook, like A 1017")
            lines.append(Line(runbook=match[1], line=int(match[2]), words=words))
        return lines

    @field_validator("procedures", mode="before")
    @classmethod
    def _one_each(cls, given: Any) -> Any:
        if not isinstance(given, list) or any(not isinstance(each, dict) or len(each) != 1 for each in given):
            raise ValueError("each procedure is one name with its parameters: `maintenance.reindex: {}`")
        return [next(iter(each.items())) for each in given]

    @field_validator("figures")
    @classmethod
    def _known(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(given) - set(FIGURES)):
            raise ValueError(f"no such figures: {', '.join(unknown)}")
        return given

    @model_validator(mode="after")
    def _does_something(self) -> Item:
        if not (self.checks or self.procedures or self.figures or self.ask or self.capacity or self.waits):
            raise ValueError("does nothing: no check, procedure, figure or question, and waits for nothing")
        return self


Plan = dict[Period, tuple[Item, ...]]


class _Rounds(_Strict):
    daily: tuple[Item, ...] = Field(min_length=1)
    weekly: tuple[Item, ...] = Field(min_length=1)
    monthly: tuple[Item, ...] = Field(min_length=1)
    quarterly: tuple[Item, ...] = Field(min_length=1)


class _UniqueKeys(yaml.SafeLoader):
    """A safe loader that refuses a key that is there twice."""


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = sorted({str(key) for key in keys if keys.count(key) > 1})
    if twice:
        raise PlanError(f"line {node.start_mark.line + 1}: twice: {', '.join(twice)}")
    return loader.construct_mapping(node)


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parse(text: str) -> Plan:
    """Return the plan in ``text``. Raises PlanError."""
    try:
        rounds = _Rounds.model_validate(yaml.load(text, _UniqueKeys))  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise PlanError(str(error)) from None
    except RecursionError:
        raise PlanError("line 1: nested too deeply") from None
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()[:20]]
        raise PlanError("; ".join(problems)) from None
    plan: Plan = {period: getattr(rounds, period.value) for period in Period}
    for period, items in plan.items():
        names = [item.item for item in items]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise PlanError(f"{period}: twice: {', '.join(twice)}")
    return plan


@cache
def load() -> Plan:
    """Return Bedside's own plan. Raises PlanError."""
    return parse((resources.files("bedside.ops.rounds") / "data" / "rounds.yaml").read_text(encoding="utf-8"))


def problems(plan: Plan, checks: CheckList, procedures: ProcedureList) -> Iterator[str]:
    """Yield what the plan names and this Bedside does not have, or can't be run so."""
    for period, items in plan.items():
        for item in items:
            where = f"{period} {item.item}"
            for name in item.checks:
                if not chosen(checks.checks, [name]):
                    yield f"{where}: there is no part or check {name}"
            for name, parameters in item.procedures:
                procedure = procedures.named(name)
                if procedure is None:
                    yield f"{where}: there is no procedure {name}"
                    continue
                try:
                    procedure.parameters.model_validate(parameters)
                except ValidationError as error:
                    yield f"{where}: {name}: {error.errors()[0]['msg']}"


def chosen(checks: Iterable[Check], names: Iterable[str]) -> list[Check]:
    """Return the checks that ``names`` (parts, checks, or all) name, in their order."""
    wanted = set(names)
    return [check for check in checks if ALL in wanted or check.part in wanted or check.name in wanted]


def plan_of(runtime: Runtime) -> Plan:
    """Return the plan of this process. Raises Fault where it does not fit the checks and procedures."""
    found = runtime.parts.get(RoundsPlan)
    try:
        plan: Plan = found.plan if found is not None else load()
    except PlanError as error:
        raise Fault(f"rounds.yaml: {error}") from error
    wrong = list(problems(plan, runtime.part(CheckList), runtime.part(ProcedureList)))
    if wrong:
        raise Fault(f"rounds.yaml: {'; '.join(wrong)}")
    return plan


class RoundsPlan:
    """A plan in the place of Bedside's own, where a process is given one. Among the runtime's parts."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
