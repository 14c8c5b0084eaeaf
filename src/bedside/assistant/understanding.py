"""From a message to the case: its answer, its question, the triage of everything said so far, what to ask next."""

from __future__ import annotations

from bedside.assistant import reading
from bedside.assistant.state import Case, Understood
from bedside.platform.errors import BadInput
from bedside.triage import service as triage
from bedside.triage.schemas import Level, Question, TriageInput, TriageResult

MOST_TRIES = 3
"""How often a question is asked before an answer that can't be read counts as "I don't know"."""
_MAX_QUERY = 600
_MOST_COMPLAINTS = 2


def understand(case: Case) -> Understood:
    """Read the message and decide on everything said so far. CPU-bound; call it in a thread.

    Raises BadInput when a choice answers a question that no protocol asks or does not have.
    """
    answers, misread, result = _answered(case)
    result = _not_below(case, result)
    asks = reading.question_in(case.text)
    talk = reading.is_small_talk(case.text)
    idle = talk and not case.undecided and result.level is None
    question = None if idle else _next(case, result)
    return Understood(
        result=result,
        answers=answers,
        question=question,
        asks=asks,
        misread=misread and not talk and asks is None,
        idle=idle,
        talk=talk,
        readable=reading.is_read_here(case.text),
        searches=None if idle else _query(case, result, asks),
    )


def _answered(case: Case) -> tuple[dict[str, str], bool, TriageResult]:
    """Return all answers with this message's own, whether the open question was left unanswered, and the result."""
    answers = dict(case.answers)
    if case.explicit:
        return _explicitly(case, answers)
    if reading.asks_back(case.text):
        answers.pop(_last_asked(case), None)
        return answers, False, _assess(case, answers)
    asked = case.open_question
    if asked is None:
        return answers, False, _assess(case, answers)
    choice = reading.match_choice(asked, case.text)
    if choice is not None:
        answers[asked.id] = choice
        return answers, False, _assess(case, answers)
    # Triage knows more ways of saying an answer than the labels; what it can't read stays unanswered.
    tried = _assess(case, {**answers, asked.id: case.text})
    read = tried.record.answered.get(asked.id, reading.UNKNOWN)
    if read != reading.UNKNOWN:
        answers[asked.id] = read
        return answers, False, _assess(case, answers)
    if sum(q.id == asked.id for q in case.asked) >= MOST_TRIES:
        answers[asked.id] = reading.UNKNOWN
        return answers, False, _assess(case, answers)
    return answers, True, _assess(case, answers)


def _explicitly(case: Case, answers: dict[str, str]) -> tuple[dict[str, str], bool, TriageResult]:
    question_id, choice = case.explicit or ("", "")
    result = _assess(case, {**answers, question_id: choice}, keep=question_id)
    known = next((q for q in case.asked if q.id == question_id), None)
    if known is not None and choice not in {c.value for c in known.choices}:
        raise BadInput("The choice is none of the question's; send one of its values.")
    answers[question_id] = choice
    return answers, False, result


def _assess(case: Case, answers: dict[str, str], keep: str | None = None) -> TriageResult:
    """Decide. Answers to questions that newer protocols no longer ask are left out, but for the one in ``keep``."""
    try:
        return triage.assess(
            TriageInput(
                utterances=list(case.utterances), answers=answers, subject=case.subject, age_years=case.age_years
            )
        )
    except BadInput as error:
        gone = error.extra.get("question")
        if gone is None or gone == keep or gone not in answers:
            raise
        return _assess(case, {k: v for k, v in answers.items() if k != gone}, keep)


def _not_below(case: Case, result: TriageResult) -> TriageResult:
    """Once a nurse has the case, only a nurse lowers it: an answer taken back changes the findings, not the level."""
    before = case.level
    if before is None or not case.handed_over or (result.level is not None and result.level.at_least(before)):
        return result
    why = "It was more urgent before an answer was changed; only a nurse lowers it."
    return triage.raise_level(result, before, by="bedside", why=why)


def _last_asked(case: Case) -> str:
    """The question whose answer "back" takes back: the last that was answered."""
    return next((q.id for q in reversed(case.asked) if q.id in case.answers), "")


def _next(case: Case, result: TriageResult) -> Question | None:
    """One question at a time; one that is still open is asked again before another."""
    open_id = case.open_question.id if case.open_question else None
    still = _last_asked(case) if reading.asks_back(case.text) else open_id
    return next((q for q in result.questions if q.id == still), next(iter(result.questions), None))


def _query(case: Case, result: TriageResult, asks: str | None) -> str | None:
    """What to look up: the patient's question; at the end of the questions, the complaint. Never in an emergency."""
    complaint = ", ".join([*dict.fromkeys(f.label for f in result.findings if f.counts)][:_MOST_COMPLAINTS])
    if result.level is Level.EMERGENCY:
        return None
    if asks:
        return f"{asks} {complaint}"[:_MAX_QUERY]
    if result.status == "complete" and not case.handed_over and result.level is not None:
        part = "when to get medical help" if result.level is Level.URGENT else "what you can do at home"
        return f"{(complaint or ' '.join(case.utterances))[:_MAX_QUERY]} {part}"
    return None
