"""From a message to the case: its answer, its question, the triage of everything said so far, what to ask next."""

from __future__ import annotations

from dataclasses import replace

from bedside.assistant import reading
from bedside.assistant.answering import Answered, answer
from bedside.assistant.intents import Intent, intent_of
from bedside.assistant.languages import UNKNOWN, Language, foreign_language
from bedside.assistant.state import Case, Understood
from bedside.care.schemas import Status
from bedside.triage import service as triage
from bedside.triage.schemas import Choice, Level, Question, Subject, TriageResult

ILL_NOW = "admin.ill-now"
"""The question that tells somebody who only wants to know from somebody who is ill."""
_MEDICINES = frozenset({"medicine-question", "medicine-interaction", "medicine-problem"})
_ABOUT_NOBODY = frozenset({"is_child", "medicine_word"})
"""Findings that are no complaint: a question may hold them."""
_PREGNANT = frozenset({"pregnant", "breastfeeding"})
_TAKES = ("takes_", "heart_medicine", "anticoagulated")
_FOLLOW_UP = "A message after a clinician's decision; the nurse who knows the case answers it."
_ONLY_ASKED = "A question, and nobody feels ill now."
_CHANGED = "It was more urgent before an answer was changed; only a nurse lowers it."
_ADULT_YEARS = 16.0
_MAX_QUERY = 600
_MOST_COMPLAINTS = 2


def understand(case: Case) -> Understood:
    """Read the message and decide on everything said so far. CPU-bound; call it in a thread.

    Raises BadInput when a choice answers a question that no protocol asks or does not have.
    """
    answered = answer(case)
    asks = None if answered.intent else reading.question_in(case.text)
    adds = _adds(case, answered.result)
    talk = (reading.is_small_talk(case.text) or _is_talk(case, answered)) and not adds
    foreign = None if adds or talk or answered.intent or not _is_answer_free(case, answered) else _foreign(case)
    idle = talk and not case.undecided and answered.result.level is None
    follow_up = _is_follow_up(case, answered.result, asks) and not talk and foreign is None
    found = _leveled(case, answered, foreign, follow_up)
    result = _not_below(case, found)
    understood = Understood(
        result=result,
        found=found,
        answers=answered.answers,
        question=None,
        asks=asks,
        misread=answered.misread and not talk and asks is None and not adds and foreign is None,
        idle=idle,
        talk=talk,
        searches=None,
        intent=answered.intent,
        foreign=foreign,
        change=answered.change,
        follow_up=follow_up,
        adds=adds and answered.misread,
        kinds=_kinds(result) if asks else (),
        people=_people(result),
    )
    question = None if idle else _next(case, answered, understood)
    return replace(understood, question=question, searches=_query(case, understood, question))


def _is_talk(case: Case, answered: Answered) -> bool:
    if answered.intent is Intent.EXPLAIN and case.status is Status.DECIDED:
        return False  # it is the nurse's words that are not understood: only the nurse can explain them
    return answered.intent not in {None, Intent.BACK, Intent.MEANT}


def _adds(case: Case, result: TriageResult) -> bool:
    """Whether triage found something in this message's own words."""
    last = len(case.utterances) - 1
    return any(f.utterance == last and f.origin in {"text", "measure"} for f in result.findings)


def _is_answer_free(case: Case, answered: Answered) -> bool:
    return case.explicit is None and (case.open_question is None or answered.misread)


def _foreign(case: Case) -> Language | None:
    found = foreign_language(case.text)
    # A few words that nobody knows, beside an open question, are a misread answer: the question is asked again.
    return None if found is UNKNOWN and case.open_question else found


def _is_follow_up(case: Case, result: TriageResult, asks: str | None) -> bool:
    """After a decision: what names no new complaint, or only asks, and is not urgent by itself."""
    if case.status is not Status.DECIDED or (result.level is not None and result.level.at_least(Level.URGENT)):
        return False
    return result.level is None or (asks is not None and reading.asks_only(case.text))


def _leveled(case: Case, answered: Answered, foreign: Language | None, follow_up: bool) -> TriageResult:
    result = answered.result
    if foreign is not None and (result.level is None or not result.level.at_least(Level.URGENT)):
        # Urgent until proven otherwise: what nobody can read may be an emergency.
        return triage.raise_level(result, Level.URGENT, by="bedside", why=triage.UNREAD)
    if follow_up and (result.level is None or _after_decision(case).rank < result.level.rank):
        return triage.raise_level(result, _after_decision(case), by="bedside", why=_FOLLOW_UP)
    if _only_asks(case, result) and answered.answers.get(ILL_NOW) == "no":
        return triage.raise_level(result, Level.ROUTINE, by="bedside", why=_ONLY_ASKED)
    return result


def _after_decision(case: Case) -> Level:
    decided = case.decided_level
    return Level.URGENT if decided is not None and decided.at_least(Level.URGENT) else Level.ROUTINE


def _only_asks(case: Case, result: TriageResult) -> bool:
    """Whether the patient wants to know something, and nothing said or answered so far is a complaint."""
    said = [text for text in case.utterances if text and not reading.is_small_talk(text) and intent_of(text) is None]
    return (
        result.level is None
        and all(f.id in _ABOUT_NOBODY for f in result.findings if f.counts)
        and bool(said)
        and all(reading.asks_only(text) for text in said)
    )


def _not_below(case: Case, result: TriageResult) -> TriageResult:
    """Once a nurse has the case, only a nurse lowers it: an answer taken back changes the findings, not the level."""
    before = case.level
    if before is None or not case.handed_over or (result.level is not None and result.level.at_least(before)):
        return result
    return triage.raise_level(result, before, by="bedside", why=_CHANGED)


def _next(case: Case, answered: Answered, understood: Understood) -> Question | None:
    """One question at a time; one that is still open, or was taken back, is asked before another."""
    open_id = case.open_question.id if case.open_question else None
    questions = understood.result.questions
    if understood.change and understood.change.after is None:
        return understood.change.question
    still = next((q for q in questions if q.id == open_id), None)
    if still is not None:
        return still
    if understood.follow_up or understood.foreign or _was_handed_on(case, answered.result):
        return None
    if _only_asks(case, answered.result):
        return _ill_now() if ILL_NOW not in answered.answers else _rest(answered, questions)
    return next(iter(questions), None)


def _rest(answered: Answered, questions: list[Question]) -> Question | None:
    return None if answered.answers[ILL_NOW] == "no" else next(iter(questions), None)


def _was_handed_on(case: Case, result: TriageResult) -> bool:
    """Whether a nurse got this case after a decision, without questions, and no new complaint is told now."""
    if not case.handed_over or case.asked or not case.earlier:
        return False
    return not _adds(case, result) or reading.asks_only(case.text)


def _ill_now() -> Question | None:
    asked = triage.load_protocols().questions.get(ILL_NOW)
    if asked is None:
        return None
    definition = asked.definition
    choices = [Choice(value=c.value, label=c.label) for c in definition.all_choices()]
    return Question(id=asked.id, text=definition.text, choices=choices, why=definition.why, red_flag=True)


def _people(result: TriageResult) -> frozenset[str]:
    """What people the patient belongs to for whom medicines are others than for everybody; see ``compose``."""
    age = triage.stated_age(result.record)
    is_child = age < _ADULT_YEARS if age is not None else result.record.subject is Subject.CHILD
    carries = any(f.counts and f.id in _PREGNANT for f in result.findings)
    return frozenset((["children"] if is_child else []) + (["pregnancy"] if carries else []))


def _kinds(result: TriageResult) -> tuple[tuple[str, str], ...]:
    """Words for medicines, each with its kind: sources name "blood-pressure tablets", not "ramipril"."""
    taken = [(f.quote, f.label) for f in result.findings if f.counts and f.quote and f.id.startswith(_TAKES)]
    return tuple(dict.fromkeys(taken))


def _query(case: Case, understood: Understood, question: Question | None) -> str | None:
    """What to look up: the patient's question; at the end of the questions, the complaint. Never in an emergency."""
    result = understood.result
    if understood.idle or understood.foreign or result.level is Level.EMERGENCY:
        return None
    if understood.follow_up and result.protocol.id not in _MEDICINES:
        return None
    complaint = ", ".join([*dict.fromkeys(f.label for f in result.findings if f.counts)][:_MOST_COMPLAINTS])
    if understood.asks:
        medicine = (*sorted(understood.people), *(kind for _, kind in understood.kinds))
        about = " ".join(dict.fromkeys(medicine)) if understood.kinds else complaint
        return f"{understood.asks} {about}".strip()[:_MAX_QUERY]
    if question is None and not case.handed_over and not understood.talk and result.level is not None:
        if result.protocol.id in _MEDICINES:
            return None  # it was answered when it was asked
        part = "when to get medical help" if result.level is Level.URGENT else "what you can do at home"
        return f"{(complaint or ' '.join(case.utterances))[:_MAX_QUERY]} {part}"
    return None
