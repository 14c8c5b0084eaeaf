"""Contradictions that the schema alone can't see. Each message names the file, the key and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from bedside.triage.protocol import Condition, FindingDef, Protocol, RuleDef
from bedside.triage.schemas import Level

MEASURES = frozenset(
    {
        "temperature_c", "pregnancy_weeks", "glucose_mmol_l", "systolic_mmhg", "diastolic_mmhg", "ketones_mmol_l",
        "oxygen_saturation_pct", "heart_rate_bpm", "potassium_mmol_l", "inr",
    }
)  # fmt: skip
"""Measurements that `language.measures` reads and a rule may use."""


def problems(protocol: Protocol, shared: dict[str, FindingDef]) -> Iterator[str]:
    """Every contradiction inside one protocol, given the shared findings."""
    known = {**shared, **protocol.findings}
    yield from (
        f"findings.{name}: also defined in a shared file; rename it or delete one"
        for name in protocol.findings
        if name in shared
    )
    yield from _findings(protocol, known)
    yield from _questions(protocol, known)
    yield from _rules(protocol, known)


def _findings(protocol: Protocol, known: dict[str, FindingDef]) -> Iterator[str]:
    with_which = protocol.yields_to.unless if protocol.yields_to else []
    used = {*protocol.complaint, *with_which}
    for rule in protocol.rules:
        used |= rule.when.findings()
    for question in protocol.questions:
        used |= question.findings()
    for lines in protocol.advice.values():
        used |= {name for line in lines for name in line.findings()}
    for name in protocol.complaint:
        if name not in known:
            yield f"complaint: finding {name!r} is not defined; define it under `findings`"
    for name in with_which:
        if name not in known:
            yield f"yields_to.unless: finding {name!r} is not defined; define it under `findings`"
    for name, definition in protocol.findings.items():
        yield from (
            f"findings.{name}.implies: finding {target!r} is not defined"
            for target in definition.implies
            if target not in known
        )
        if name not in used and not definition.implies:
            yield f"findings.{name}: nothing uses it; delete it or write its rule"
        yield from (
            f"findings.{name}.measure: {measure!r} is not measured; use one of {', '.join(sorted(MEASURES))}"
            for measure in definition.measure
            if measure not in MEASURES
        )


def _questions(protocol: Protocol, known: dict[str, FindingDef]) -> Iterator[str]:
    seen: set[str] = set()
    for question in protocol.questions:
        where = f"questions.{question.id}"
        if question.id in seen:
            yield f"{where}: a second question with this id; rename one"
        seen.add(question.id)
        for name in sorted(question.findings() | (question.when.findings() if question.when else set())):
            if name not in known:
                yield f"{where}: sets or names the unknown finding {name!r}; define it under `findings`"
        if (question.unless and question.unless.findings()) or (question.when and question.when.denies()):
            yield f"{where}: `unless` takes measurements and age, and `when` no `not`, or a finding could lower a level"
        for choice in question.choices:
            both = set(choice.sets) & set(choice.clears)
            if both:
                yield f"{where}.choices.{choice.value}: sets and clears {', '.join(sorted(both))}; keep one"


def _rules(protocol: Protocol, known: dict[str, FindingDef]) -> Iterator[str]:
    seen: set[str] = set()
    for number, rule in enumerate(protocol.rules):
        where = f"rules.{rule.id}"
        if rule.id in seen:
            yield f"{where}: a second rule with this id; rename one"
        seen.add(rule.id)
        for name in sorted(rule.when.findings()):
            if name not in known:
                yield f"{where}.when: unknown finding {name!r}; define it under `findings` or mend its name"
        for measure in sorted(rule.when.measures() - MEASURES):
            yield f"{where}.when: unknown measurement {measure!r}; use one of {', '.join(sorted(MEASURES))}"
        if rule.source not in protocol.sources:
            yield f"{where}.source: {rule.source!r} is not under `sources`; name the public document there"
        if rule.when.denies() and rule.level is not Level.SELF_CARE:
            yield f"{where}.when: `not` may stand in self-care rules only, or a further finding could lower a level"
        if rule.level is Level.SELF_CARE and not any(q.red_flag for q in protocol.questions):
            yield f"{where}: self-care without any red-flag question; ask for what would make it unsafe"
        yield from _never(rule, where)
        yield from _conflicts(rule, protocol.rules[:number], where)


def _never(rule: RuleDef, where: str) -> Iterator[str]:
    required, denied = _required(rule.when), _denied(rule.when)
    both = required & denied
    if both:
        yield f"{where}.when: requires and denies {', '.join(sorted(both))}, so it can never fire"


def _conflicts(rule: RuleDef, earlier: list[RuleDef], where: str) -> Iterator[str]:
    for other in earlier:
        if other.when == rule.when:
            yield f"{where}: same condition as rule {other.id} ({other.level} and {rule.level}); keep one"
        elif other.level.at_least(rule.level) and _alone(other.when) and _alone(other.when) == _required(rule.when):
            yield f"{where}: never decides anything, rule {other.id} gives {other.level} for the same finding already"


def _alone(condition: Condition) -> set[str]:
    return {condition.finding} if condition.finding and condition.model_fields_set == {"finding"} else set()


def _required(condition: Condition) -> set[str]:
    named = {condition.finding} if condition.finding else set()
    for part in condition.all_of or ():
        named |= _required(part)
    return named


def _denied(condition: Condition) -> set[str]:
    named = {part.finding for part in condition.none_of or () if part.finding}
    for part in condition.all_of or ():
        named |= _denied(part)
    return named
