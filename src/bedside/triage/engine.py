"""The decision: facts and protocols in, level and reasons out. Deterministic, and monotone in findings.

The most urgent rule that fires wins. `not` stands in self-care rules only, and self-care needs every red-flag question
answered "no", so a further finding can raise a level and never lower it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bedside.triage.answers import UNKNOWN
from bedside.triage.conditions import Facts, holds
from bedside.triage.protocol import Protocol
from bedside.triage.protocol_set import Asked, ProtocolSet, Rule
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

ENGINE_VERSION = "1.0"
MAX_QUESTIONS = 6
GENERAL = "general"
"""The protocol that asks where no other matches."""
_OWN_RULE = "Bedside's default rule"
_UNRECOGNISED = "No protocol recognises this"
_UNSURE = "and a safety question could not be answered, so a nurse looks at it soon"
_NO_WARNING = "and no warning sign was found, so a clinician looks at it"
_HELD = "This may be safe to care for at home, but a safety question is not answered, so it is not called so yet."


@dataclass(frozen=True, slots=True)
class _Fired:
    rule: Rule
    quotes: list[str]

    @property
    def reason(self) -> Reason:
        return Reason(
            rule=self.rule.id, level=self.rule.definition.level, text=self.rule.definition.reason,
            quote=" … ".join(self.quotes), source=self.rule.citation,
        )  # fmt: skip


def decide(protocols: ProtocolSet, record: TriageRecord) -> TriageResult:
    """The decision on recorded facts. The same record and protocol set always give the same result."""
    facts = _facts(record)
    fired = _fire(protocols, facts)
    relevant = _relevant(protocols, facts, fired)
    level = min((f.rule.definition.level for f in fired), key=lambda x: x.rank, default=None)
    open_questions = _open_questions(protocols, relevant, record, facts, level)
    reasons = [f.reason for f in fired]
    review = False
    if not fired:
        level, reasons, review = _default(record, facts, open_questions, relevant[0])
    elif level is Level.SELF_CARE:
        level, reasons, review = _hold(protocols, relevant, record, reasons)
    level, reasons = _raised(record, level, reasons)
    if level is Level.EMERGENCY:
        open_questions = []
    lead = relevant[0]
    return TriageResult(
        level=level, status="open" if open_questions else "complete", within_hours=_within(fired, level),
        reasons=reasons, findings=record.findings, questions=[_public(q) for q in open_questions],
        protocol=protocols.refs[lead.id], protocols=_refs(protocols, relevant),
        advice=_advice(protocols, fired, lead, level),
        safety_net=_safety_net(protocols, relevant), nurse_review=review or level is None, record=record,
    )  # fmt: skip


def _facts(record: TriageRecord) -> Facts:
    present = {f.id: f for f in record.findings if f.counts}
    return Facts(present, record.measurements, age_of(record.measurements, record.subject), record.subject)


def age_of(numbers: list[Measurement], subject: Subject) -> float | None:
    """The patient's age in years: the youngest stated of the subject, else the youngest of anybody."""
    ages = [m for m in numbers if m.name == "age_years"]
    own = [m.value for m in ages if m.subject is subject]
    return min(own or [m.value for m in ages], default=None)


def _fire(protocols: ProtocolSet, facts: Facts) -> list[_Fired]:
    found = []
    for rule in protocols.rules:
        if rule.needs and rule.needs.isdisjoint(facts.present):
            continue
        quotes = holds(rule.definition.when, facts)
        if quotes is not None:
            found.append(_Fired(rule, quotes))
    return sorted(found, key=lambda f: (f.rule.definition.level.rank, f.rule.definition.within_hours or 1e9))


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
    urgent = {f.rule.protocol.id for f in fired if f.rule.definition.level.at_least(Level.URGENT)}
    return sorted(ordered.values(), key=lambda p: p.yields and p.id not in urgent)


def _open_questions(
    protocols: ProtocolSet, relevant: list[Protocol], record: TriageRecord, facts: Facts, level: Level | None
) -> list[Asked]:
    if level is Level.EMERGENCY:
        return []
    room = max(0, MAX_QUESTIONS - len(record.answered))
    settled = {f.id for f in record.findings if f.counts or f.state == "absent"}
    known = protocols.questions
    candidates = [known[f"{p.id}.{q.id}"] for p in relevant for q in p.questions]
    wanted = [
        asked
        for asked in candidates
        if asked.id not in record.answered
        and (asked.definition.red_flag or level is not Level.URGENT)
        and (asked.definition.when is None or holds(asked.definition.when, facts) is not None)
        and not _is_settled(asked, settled, facts)
    ]
    return sorted(wanted, key=lambda a: not a.definition.red_flag)[:room]


def _is_settled(asked: Asked, settled: set[str], facts: Facts) -> bool:
    about = asked.definition.findings()
    return bool(about) and (about <= settled or any(name in facts.present for name in about))


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
    protocols: ProtocolSet, relevant: list[Protocol], record: TriageRecord, reasons: list[Reason]
) -> tuple[Level, list[Reason], bool]:
    """Self-care stands only when every red-flag question was answered, by choice or in the words, with a no."""
    absent = {f.id for f in record.findings if f.state == "absent"}
    known = protocols.questions
    for protocol in relevant:
        for question in protocol.questions:
            if not question.red_flag:
                continue
            answer = record.answered.get(f"{protocol.id}.{question.id}")
            cleared = known[f"{protocol.id}.{question.id}"].definition.findings() <= absent
            if not cleared and answer in (None, UNKNOWN):
                rule = f"{protocol.id}.red-flags-open"
                reason = Reason(rule=rule, level=Level.ROUTINE, text=_HELD, quote="", source=_OWN_RULE)
                return Level.ROUTINE, [reason, *reasons], answer == UNKNOWN
    return Level.SELF_CARE, reasons, False


def _raised(record: TriageRecord, level: Level | None, reasons: list[Reason]) -> tuple[Level | None, list[Reason]]:
    for item in record.raises:
        if level is None or item.level.rank < level.rank:
            level = item.level
            reason = Reason(rule=f"raised-by.{item.by}", level=item.level, text=item.why, quote="", source=item.by)
            reasons = [reason, *reasons]
    return level, reasons


def _within(fired: list[_Fired], level: Level | None) -> float | None:
    hours = [f.rule.definition.within_hours for f in fired if f.rule.definition.level is level]
    return min((h for h in hours if h is not None), default=None)


def _refs(protocols: ProtocolSet, relevant: list[Protocol]) -> list[ProtocolRef]:
    return [protocols.refs[p.id] for p in relevant]


def _advice(protocols: ProtocolSet, fired: list[_Fired], lead: Protocol, level: Level | None) -> list[str]:
    """Advice of the protocols whose rules set the level, else the default for the level."""
    if level is None:
        return []
    deciding = [f.rule.protocol for f in fired if f.rule.definition.level is level] or [lead]
    lines = [
        line for p in dict.fromkeys(p.id for p in deciding) for line in protocols.protocols[p].advice.get(level, [])
    ]
    general = protocols.defaults.advice.get(level, [])
    merged = [*general, *lines] if level is Level.EMERGENCY else [*lines, *general]
    return list(dict.fromkeys(merged))[:8]


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
