"""What is still to be asked: the lead complaint's red flags first, each once, nothing that is known already."""

from __future__ import annotations

from bedside.triage.answers import UNKNOWN
from bedside.triage.conditions import Facts, holds
from bedside.triage.protocol import Protocol, QuestionDef
from bedside.triage.protocol_set import Asked, ProtocolSet
from bedside.triage.schemas import Level, TriageRecord

MAX_QUESTIONS = 6


def open_questions(
    protocols: ProtocolSet, relevant: list[Protocol], record: TriageRecord, facts: Facts, level: Level | None
) -> list[Asked]:
    """Questions in the order in which they are asked; none once it is an emergency, red flags alone once urgent."""
    if level is Level.EMERGENCY:
        return []
    absent = denied(protocols, record)
    asked_about = {f for name in record.answered for f in protocols.questions[name].definition.findings()}
    wanted: list[Asked] = []
    for asked in _candidates(protocols, relevant):
        about = asked.definition.findings()
        if asked.id in record.answered or (about and about <= asked_about) or not _applies(asked.definition, facts):
            continue
        if level is Level.URGENT and not asked.definition.red_flag:
            continue
        if not _known(asked.definition, facts, absent):
            asked_about |= about
            wanted.append(asked)
    return wanted[: max(0, MAX_QUESTIONS - len(record.answered))]


def _candidates(protocols: ProtocolSet, relevant: list[Protocol]) -> list[Asked]:
    asked = [protocols.questions[f"{p.id}.{q.id}"] for p in relevant for q in p.questions]
    return sorted(asked, key=lambda a: not a.definition.red_flag)


def denied(protocols: ProtocolSet, record: TriageRecord) -> set[str]:
    """Findings said or answered to be absent, and all that imply one: no breathlessness is no severe breathlessness."""
    absent = {f.id for f in record.findings if f.state == "absent"}
    todo = list(absent)
    while todo:
        more = [name for name in protocols.implied_by.get(todo.pop(), ()) if name not in absent]
        absent.update(more)
        todo += more
    return absent


def _applies(question: QuestionDef, facts: Facts) -> bool:
    if question.unless is not None and holds(question.unless, facts) is not None:
        return False
    return question.when is None or holds(question.when, facts) is not None


def _known(question: QuestionDef, facts: Facts, absent: set[str]) -> bool:
    about = question.findings()
    return bool(about) and (about <= absent | set(facts.present) or any(name in facts.present for name in about))


def unanswered(
    protocols: ProtocolSet, relevant: list[Protocol], record: TriageRecord, facts: Facts
) -> tuple[Protocol, str | None] | None:
    """The first protocol with a red flag that is not ruled out, and its answer; None where every one is."""
    absent = denied(protocols, record)
    for protocol in relevant:
        for question in protocol.questions:
            if not question.red_flag or not _applies(question, facts):
                continue
            answer = record.answered.get(f"{protocol.id}.{question.id}")
            if not question.findings() <= absent and answer in (None, UNKNOWN):
                return protocol, answer
    return None
