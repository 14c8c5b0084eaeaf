"""The decision: facts and protocols in, level and reasons out. Deterministic, and monotone in findings.

The most urgent rule that fires wins. `not` stands in self-care rules only, and self-care needs every red-flag question
answered "no", so a further finding can raise a level and never lower it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bedside.triage.advice import advice
from bedside.triage.answers import UNKNOWN
from bedside.triage.conditions import Facts, holds
from bedside.triage.protocol import Protocol
from bedside.triage.protocol_set import Asked, ProtocolSet, Rule
from bedside.triage.questions import open_questions, unanswered
from bedside.triage.schemas import (
    Choice,
    Finding,
    Level,
    Measurement,
    ProtocolRef,
    Question,
    Reason,
    Subject,
    TriageRecord,
    TriageResult,
)

ENGINE_VERSION = "1.3"
GENERAL = "general"
"""The protocol that asks where no other matches."""
_ADULT_YEARS = 16.0
_OWN_RULE = "Bedside's default rule"
_RAISED = "raised-by."
_DEADLINES = {
    Level.EMERGENCY: "This needs emergency care now.",
    Level.ROUTINE: "This can wait for the next days to weeks.",
    Level.SELF_CARE: "This can usually be looked after at home.",
}
_UNRECOGNISED = "No protocol recognises this"
_UNSURE = "and a safety question could not be answered, so a nurse looks at it soon"
_NO_WARNING = "and no warning sign was found, so a clinician looks at it"
_HELD = "No warning sign was found so far. A nurse checks that before this is called safe to look after at home."
_UNSURE_AT_HOME = "You were not sure about a safety question, so a nurse checks before this is called safe at home."


@dataclass(frozen=True, slots=True)
class _Fired:
    rule: Rule
    quotes: list[str]
    decides: bool = True
    """Whether it may say why and what to do: false where its protocol yields to another one."""

    @property
    def level(self) -> Level:
        return self.rule.definition.level

    @property
    def reason(self) -> Reason:
        return Reason(
            rule=self.rule.id, level=self.level, text=self.rule.definition.reason,
            quote=" … ".join(self.quotes), source=self.rule.citation,
        )  # fmt: skip


def decide(protocols: ProtocolSet, record: TriageRecord) -> TriageResult:
    """The decision on recorded facts. The same record and protocol set always give the same result."""
    facts = _facts(record)
    fired = _fire(protocols, facts)
    relevant = _relevant(protocols, facts, fired)
    level = _highest(fired)
    still_open = open_questions(protocols, relevant, record, facts, level)
    reasons = [f.reason for f in fired]
    review = False
    if not fired:
        level, reasons, review = _default(record, facts, still_open, relevant[0])
    elif level is Level.SELF_CARE:
        level, reasons, review = _hold(protocols, relevant, record, facts, reasons)
    level, reasons = _raised(record, level, reasons)
    if level is Level.EMERGENCY:
        still_open = []
    within = _within(fired, level)
    lead = relevant[0]
    return TriageResult(
        level=level, status="open" if still_open else "complete", within_hours=within,
        deadline=deadline(level, within), reasons=_in_order(reasons, _earliest(fired, level, within), level),
        findings=record.findings, questions=[_public(q) for q in still_open],
        protocol=protocols.refs[lead.id], protocols=_refs(protocols, relevant),
        advice=_advice(protocols, fired, relevant, level, facts),
        safety_net=_safety_net(protocols, relevant), nurse_review=review or level is None, record=record,
    )  # fmt: skip


def _facts(record: TriageRecord) -> Facts:
    present = {f.id: f for f in record.findings if f.counts}
    return Facts(present, record.measurements, age_of(record.measurements, record.subject), record.subject)


def age_of(numbers: list[Measurement], subject: Subject) -> float | None:
    """The patient's age in years: the youngest stated of the subject, else the youngest of anybody."""
    ages = [m for m in numbers if m.name == "age_years"]
    own = [m.value for m in ages if m.subject is subject]
    if subject is Subject.CHILD and not own:
        # A parent who gives their own age has not said how old the child is.
        ages = [m for m in ages if m.subject is not Subject.SELF or m.value < _ADULT_YEARS]
    return min(own or [m.value for m in ages], default=None)


def _fire(protocols: ProtocolSet, facts: Facts) -> list[_Fired]:
    found = []
    for rule in protocols.rules:
        if rule.needs and rule.needs.isdisjoint(facts.present):
            continue
        quotes = holds(rule.definition.when, facts)
        if quotes is not None:
            found.append(_Fired(rule, quotes))
    behind = _behind({f.rule.protocol.id: f.rule.protocol for f in found if f.level is _highest(found)}, facts)
    return sorted(
        (replace(f, decides=f.rule.protocol.id not in behind) for f in found),
        key=lambda f: (f.level.rank, not f.decides, f.rule.definition.within_hours or 1e9),
    )


def _highest(fired: list[_Fired]) -> Level | None:
    return min((f.level for f in fired), key=lambda level: level.rank, default=None)


def _behind(giving: dict[str, Protocol], facts: Facts) -> set[str]:
    """Those of the protocols ``giving`` the level which leave it to another of them to say why and what to do."""
    return {
        name
        for name, protocol in giving.items()
        if (to := protocol.yields_to) and to.protocol in giving and facts.present.keys().isdisjoint(to.unless)
    }


def _relevant(protocols: ProtocolSet, facts: Facts, fired: list[_Fired]) -> list[Protocol]:
    """Protocols in the case, the lead first: by most urgent rule, then priority, then those with their complaint.

    A plain question about a medicine or an appointment (`yields`) leaves the lead to the complaint beside it.
    """
    ordered = {f.rule.protocol.id: f.rule.protocol for f in fired}
    others = sorted(protocols.protocols.values(), key=lambda p: (p.priority, p.id))
    for protocol in others:
        if any(name in facts.present for name in protocol.complaint):
            ordered.setdefault(protocol.id, protocol)
    if not ordered:
        fallback = protocols.protocols.get(GENERAL) or others[0]
        ordered[fallback.id] = fallback
    urgent = {f.rule.protocol.id for f in fired if f.level.at_least(Level.URGENT)}
    return sorted(ordered.values(), key=lambda p: p.yields and p.id not in urgent)


def _default(
    record: TriageRecord, facts: Facts, open_questions: list[Asked], protocol: Protocol
) -> tuple[Level | None, list[Reason], bool]:
    """No rule fired. A known complaint is routine; what nothing recognises is asked about, then a nurse decides.

    `urgent` where any safety question was answered "I don't know". This is Bedside's own rule (no published one
    exists for words that no protocol knows): it never gives self-care.
    """
    unsure = UNKNOWN in record.answered.values()
    level = Level.URGENT if unsure else Level.ROUTINE
    quotes = [facts.present[name].quote or "" for name in protocol.complaint if name in facts.present]
    if not quotes and (open_questions or not record.said_something):
        return None, [], True
    known = f"{protocol.title}: no rule for something more or less urgent applies" if quotes else _UNRECOGNISED
    text = f"{known}, {_UNSURE if unsure else _NO_WARNING}."
    rule = f"{protocol.id}.{'complaint' if quotes else 'default'}"
    reason = Reason(rule=rule, level=level, text=text, quote=" … ".join(quotes), source=_OWN_RULE)
    return level, [reason], unsure or not quotes


def _hold(
    protocols: ProtocolSet, relevant: list[Protocol], record: TriageRecord, facts: Facts, reasons: list[Reason]
) -> tuple[Level, list[Reason], bool]:
    """Self-care stands only when every red-flag question was answered, by choice or in the words, with a no."""
    found = unanswered(protocols, relevant, record, facts)
    if found is None:
        return Level.SELF_CARE, reasons, False
    protocol, answer = found
    reason = Reason(
        rule=f"{protocol.id}.red-flags-open", level=Level.ROUTINE, text=_UNSURE_AT_HOME if answer else _HELD, quote="",
        source=_OWN_RULE,
    )  # fmt: skip
    return Level.ROUTINE, [reason, *reasons], answer == UNKNOWN


def _raised(record: TriageRecord, level: Level | None, reasons: list[Reason]) -> tuple[Level | None, list[Reason]]:
    for item in record.raises:
        if level is None or item.level.rank < level.rank:
            level = item.level
            reason = Reason(rule=f"{_RAISED}{item.by}", level=item.level, text=item.why, quote="", source=item.by)
            reasons = [reason, *reasons]
    return level, reasons


def _within(fired: list[_Fired], level: Level | None) -> float | None:
    hours = [f.rule.definition.within_hours for f in fired if f.level is level]
    return min((h for h in hours if h is not None), default=None)


def _earliest(fired: list[_Fired], level: Level | None, within: float | None) -> set[str]:
    """Rules of the level whose own time is the time that is given: they alone say why it is this soon."""
    of_level = [f.rule for f in fired if f.level is level and f.decides]
    return {rule.id for rule in of_level if rule.definition.within_hours == within}


def _in_order(reasons: list[Reason], earliest: set[str], level: Level | None) -> list[Reason]:
    """What decided first. A rule of a lower level, or of a later time, stays for the nurse and is not shown as why."""
    own = {r.rule for r in reasons if r.level is level and (r.source == _OWN_RULE or r.rule.startswith(_RAISED))}
    marked = [r.model_copy(update={"deciding": r.rule in own | earliest}) for r in reasons]
    return sorted(marked, key=lambda r: not r.deciding)


def deadline(level: Level | None, within_hours: float | None) -> str:
    """By when somebody should see to it, in one sentence; empty while there is no level."""
    if level is Level.URGENT:
        return f"A clinician should see to this {_span(within_hours)}."
    return _DEADLINES.get(level, "") if level else ""


def _span(hours: float | None) -> str:
    if hours is None or hours > 24:
        return f"within {hours or 48:g} hours"
    if hours < 1:
        return f"within {hours * 60:g} minutes"
    return f"within {hours:g} hour{'' if hours == 1 else 's'}"


def _advice(
    protocols: ProtocolSet, fired: list[_Fired], relevant: list[Protocol], level: Level | None, facts: Facts
) -> list[str]:
    """Advice of the protocols whose rules set the level, the lead's first, with the default for the level."""
    if level is None:
        return []
    deciding = {f.rule.protocol.id for f in fired if f.level is level and f.decides} or {relevant[0].id}
    ordered = [p for p in relevant if p.id in deciding]
    return advice(protocols.defaults, ordered, level, facts, {p.id for p in relevant})


def _refs(protocols: ProtocolSet, relevant: list[Protocol]) -> list[ProtocolRef]:
    return [protocols.refs[p.id] for p in relevant]


def _safety_net(protocols: ProtocolSet, relevant: list[Protocol]) -> list[str]:
    lines = [line for p in relevant[:2] for line in p.safety_net]
    return list(dict.fromkeys([*lines, *protocols.defaults.safety_net]))[:6]


def _public(asked: Asked) -> Question:
    definition = asked.definition
    choices = [Choice(value=c.value, label=c.label) for c in definition.all_choices()]
    return Question(
        id=asked.id, text=definition.text, choices=choices, why=definition.why, red_flag=definition.red_flag
    )


def findings_in_order(best: dict[str, Finding]) -> list[Finding]:
    """Stable order: what counts first, then by where it stands, then by id."""
    return sorted(best.values(), key=lambda f: (not f.counts, f.utterance or 0, f.start or 0, f.id))
