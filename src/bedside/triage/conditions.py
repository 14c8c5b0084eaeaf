"""Whether a rule's condition holds on the facts, and on whose words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bedside.triage.protocol import Condition
from bedside.triage.schemas import Finding, Measurement, Subject

HOURS_PER_YEAR = 8766.0
_ADULT_YEARS = 16.0


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules may use: findings that count, numbers, age in years, subject, and the overall duration in hours."""

    present: dict[str, Finding]
    measurements: list[Measurement]
    age_years: float | None
    subject: Subject

    @property
    def longest_hours(self) -> float | None:
        return max((m.value for m in self.measurements if m.name == "duration_hours"), default=None)


Evidence = list[str]


def holds(condition: Condition, facts: Facts) -> Evidence | None:
    """The quotes that make the condition true, or None where it does not hold."""
    evidence: Evidence = []
    for key in condition.given:
        part = _CHECKS[key](condition, facts)
        if part is None:
            return None
        evidence += part
    return list(dict.fromkeys(evidence))


def _quote(facts: Facts, name: str) -> Evidence:
    finding = facts.present[name]
    return [finding.quote or finding.label]


def _finding(condition: Condition, facts: Facts) -> Evidence | None:
    if condition.finding is None:
        return []
    return _quote(facts, condition.finding) if condition.finding in facts.present else None


def _all(condition: Condition, facts: Facts) -> Evidence | None:
    evidence: Evidence = []
    for part in condition.all_of or ():
        found = holds(part, facts)
        if found is None:
            return None
        evidence += found
    return evidence


def _any(condition: Condition, facts: Facts) -> Evidence | None:
    if not condition.any_of:
        return []
    found = [e for e in (holds(part, facts) for part in condition.any_of) if e is not None]
    return [quote for evidence in found for quote in evidence] if found else None


def _none(condition: Condition, facts: Facts) -> Evidence | None:
    return None if any(holds(part, facts) is not None for part in condition.none_of or ()) else []


def _age(condition: Condition, facts: Facts) -> Evidence | None:
    if condition.age is None:
        return []
    if facts.age_years is None or not condition.age.holds(facts.age_years * HOURS_PER_YEAR):
        return None
    return [m.quote for m in facts.measurements if m.name == "age_years"][:1]


def _age_stated(condition: Condition, facts: Facts) -> Evidence | None:
    """`age_stated: false` holds only while nobody said how old the patient is."""
    return None if condition.age_stated is False and facts.age_years is not None else []


def _subject(condition: Condition, facts: Facts) -> Evidence | None:
    """`child` also means an age under 16 years, and never one above."""
    if condition.subject is None:
        return []
    if condition.subject is Subject.CHILD:
        return [] if _is_child(facts) else None
    return [] if facts.subject is condition.subject else None


def _is_child(facts: Facts) -> bool:
    return facts.subject is Subject.CHILD if facts.age_years is None else facts.age_years < _ADULT_YEARS


def _patient(condition: Condition, facts: Facts) -> Evidence | None:
    """`adult` holds unless the patient is known to be a child: an unknown age never switches a rule off."""
    return None if condition.patient is not None and _is_child(facts) else []


def _lasting(condition: Condition, facts: Facts) -> Evidence | None:
    if condition.lasting is None:
        return []
    finding = facts.present.get(condition.lasting.of)
    if finding is None:
        return None
    hours = finding.duration_hours if finding.duration_hours is not None else facts.longest_hours
    if hours is None or not condition.lasting.holds(hours):
        return None
    return [*_quote(facts, condition.lasting.of), *(m.quote for m in facts.measurements if m.value == hours)]


def _measure(condition: Condition, facts: Facts) -> Evidence | None:
    evidence: Evidence = []
    for name, allowed in (condition.measure or {}).items():
        met = [m.quote for m in facts.measurements if m.name == name and allowed.holds(m.value)]
        if not met:
            return None
        evidence += met
    return evidence


def _count(condition: Condition, facts: Facts) -> Evidence | None:
    if condition.count is None:
        return []
    met = [name for name in condition.count.of if name in facts.present]
    if len(met) < condition.count.at_least:
        return None
    return [quote for name in met for quote in _quote(facts, name)]


_CHECKS: dict[str, Callable[[Condition, Facts], Evidence | None]] = {
    "finding": _finding,
    "all_of": _all,
    "any_of": _any,
    "none_of": _none,
    "age": _age,
    "age_stated": _age_stated,
    "subject": _subject,
    "patient": _patient,
    "lasting": _lasting,
    "measure": _measure,
    "count": _count,
}
