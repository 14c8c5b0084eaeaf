"""The decision: deterministic, monotone, replayable; answers never lower it; a model may only raise it."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.platform.errors import BadInput, NotFound
from bedside.triage import service
from bedside.triage.answers import choose
from bedside.triage.engine import ENGINE_VERSION, decide
from bedside.triage.questions import MAX_QUESTIONS
from bedside.triage.schemas import (
    Finding,
    Level,
    Measurement,
    State,
    Subject,
    TriageInput,
    TriageRecord,
    TriageResult,
)

PROTOCOLS = service.load_protocols()
NAMES = sorted(PROTOCOLS.findings)
RED_FLAGS = sorted(name for name, d in PROTOCOLS.findings.items() if d.red_flag)
QUESTIONS = sorted(PROTOCOLS.questions)
UNDECIDED = len(Level)


def present(name: str) -> Finding:
    return Finding(id=name, label=PROTOCOLS.findings[name].label, state=State.PRESENT, counts=True, quote=name)


def record(names: set[str], age: float | None = None, answered: dict[str, str] | None = None) -> TriageRecord:
    ages = [] if age is None else [Measurement(name="age_years", value=age, quote="age")]
    return TriageRecord(
        engine=ENGINE_VERSION, protocol_set=PROTOCOLS.hash, findings=[present(n) for n in sorted(names)],
        measurements=ages, answered=answered or {}, subject=Subject.SELF, said_something=True,
    )  # fmt: skip


def rank(result: TriageResult) -> int:
    return UNDECIDED if result.level is None else result.level.rank


@settings(max_examples=200, deadline=None)
@given(st.sets(st.sampled_from(NAMES), max_size=6), st.sampled_from(RED_FLAGS), st.none() | st.floats(0, 110))
def test_a_further_red_flag_never_lowers_the_level(names: set[str], extra: str, age: float | None) -> None:
    before = decide(PROTOCOLS, record(names, age))
    after = decide(PROTOCOLS, record(names | {extra}, age))
    assert rank(after) <= rank(before)


@settings(max_examples=150, deadline=None)
@given(
    st.sets(st.sampled_from(NAMES), max_size=5),
    st.dictionaries(st.sampled_from(QUESTIONS), st.sampled_from(["yes", "no", "unknown"]), max_size=5),
    st.sampled_from(RED_FLAGS),
)
def test_not_even_where_questions_were_answered(names: set[str], answered: dict[str, str], extra: str) -> None:
    before = decide(PROTOCOLS, record(names, answered=answered))
    after = decide(PROTOCOLS, record(names | {extra}, answered=answered))
    assert rank(after) <= rank(before)


SAID = ["sore throat", "stomach ache since noon", "chest pain", "headache", "my son is ill", "help"]
NOT_KNOWING = ["I don't know", "not sure", "", "?"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SAID),
    st.lists(st.tuples(st.sampled_from(QUESTIONS), st.sampled_from(NOT_KNOWING)), max_size=6),
)
def test_not_knowing_never_lowers(text: str, unsure: list[tuple[str, str]]) -> None:
    before = service.assess(TriageInput(utterances=[text]))
    after = service.assess(TriageInput(utterances=[text], answers=dict(unsure)))
    assert rank(after) <= rank(before)
    assert after.level is not Level.SELF_CARE


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_is_decided_the_same_twice_and_replayed(text: str) -> None:
    first = service.assess(TriageInput(utterances=[text]))
    assert service.assess(TriageInput(utterances=[text])) == first
    stored = TriageRecord.model_validate_json(first.record.model_dump_json())
    assert service.replay(stored) == first
    assert all(text[f.start : f.end] == f.quote for f in first.findings if f.start is not None)


def test_replay_refuses_what_it_can_not_know() -> None:
    kept = service.assess(TriageInput(utterances=["chest pain"])).record
    with pytest.raises(NotFound, match="is not loaded"):
        service.replay(kept.model_copy(update={"protocol_set": "0" * 64}))
    with pytest.raises(NotFound, match=r"Engine 0\.1 decided"):
        service.replay(kept.model_copy(update={"engine": "0.1"}))


def test_a_model_may_raise_and_never_lower() -> None:
    result = service.assess(TriageInput(utterances=["sore throat"]))
    raised = service.raise_level(result, Level.URGENT, "model:test", "sounds worse than it says")
    assert raised.level is Level.URGENT
    assert raised.reasons[0].rule == "raised-by.model:test"
    assert service.replay(raised.record) == raised
    with pytest.raises(BadInput, match="may only be raised"):
        service.raise_level(raised, Level.SELF_CARE, "model:test", "no")
    emergency = service.assess(TriageInput(utterances=["can't breathe"]))
    with pytest.raises(BadInput):
        service.raise_level(emergency, Level.URGENT, "model:test", "no")


def test_what_nothing_recognises_is_asked_about_then_given_to_the_nurse() -> None:
    said = TriageInput(utterances=["my elbow glows at dusk"])
    result = service.assess(said)
    assert (result.level, result.status, result.protocol.id) == (None, "open", "general")
    assert 0 < len(result.questions) <= MAX_QUESTIONS
    for answer, expected in (("no", Level.ROUTINE), ("no idea", Level.URGENT)):
        answers = {q.id: answer for q in result.questions}
        closed = service.assess(said.model_copy(update={"answers": answers}))
        assert (closed.level, closed.status, closed.nurse_review) == (expected, "complete", True)


def test_an_answer_sets_a_finding_and_what_was_said_is_never_taken_back() -> None:
    first = service.assess(TriageInput(utterances=["chest pain when I cough"]))
    assert first.level is Level.URGENT
    yes = service.assess(
        TriageInput(utterances=["chest pain when I cough"], answers={"chest-pain.sweating": "yeah, soaked"})
    )
    assert yes.level is Level.EMERGENCY
    assert "soaked" in yes.reasons[0].quote
    no = service.assess(TriageInput(utterances=["chest pain and sweating"], answers={"chest-pain.sweating": "no"}))
    assert no.level is Level.EMERGENCY


def test_words_in_an_answer_are_read_like_any_other() -> None:
    answers = {"cough-cold.blood": "no but now I can't breathe"}
    assert service.assess(TriageInput(utterances=["cough"], answers=answers)).level is Level.EMERGENCY


@pytest.mark.parametrize(
    ("answer", "choice"),
    [
        ("yes", "yes"), ("Yeah a bit", "yes"), ("NO.", "no"), ("nope", "no"), ("no, but a little", "unknown"),
        ("I don\u2019t know", "unknown"), ("", "unknown"), ("maybe", "unknown"), ("purple", "unknown"),
    ],
)  # fmt: skip
def test_free_text_to_a_choice(answer: str, choice: str) -> None:
    assert choose(PROTOCOLS.questions["chest-pain.sweating"].definition, answer) == choice


def test_an_answer_to_an_unknown_question_is_refused() -> None:
    with pytest.raises(BadInput, match="no protocol asks"):
        service.assess(TriageInput(utterances=["cough"], answers={"nonsense": "yes"}))


def test_hints_of_age_and_subject_are_used() -> None:
    said = TriageInput(utterances=["has a fever of 38.5"], age_years=0.1, subject=Subject.CHILD)
    assert service.assess(said).level is Level.EMERGENCY
    assert service.assess(said.model_copy(update={"age_years": 30.0, "subject": Subject.SELF})).level is Level.ROUTINE


def test_questions_ask_red_flags_first_and_stop_at_an_emergency() -> None:
    asked = service.assess(TriageInput(utterances=["headache"])).questions
    flags = [q.red_flag for q in asked]
    assert flags == sorted(flags, reverse=True)
    assert all({"yes", "no", "unknown"} <= {c.value for c in q.choices} for q in asked)
    assert service.assess(TriageInput(utterances=["thunderclap headache"])).questions == []


def test_the_whole_result_is_json_and_comes_back() -> None:
    result = service.assess(TriageInput(utterances=["my 6 week old has a temp of 38.3", "since this morning"]))
    data = json.loads(result.model_dump_json())
    assert (data["level"], data["protocol"]["id"]) == ("emergency", "fever-child")
    assert len(data["protocol"]["hash"]) == 64
    assert TriageResult.model_validate(data) == result


def test_the_screen_needs_one_message_and_says_what_to_do() -> None:
    shown = service.screen("my husband's face is drooping and he can't speak")
    assert shown.emergency
    assert shown.advice[0].startswith("Call {emergency_number} now")
    assert not service.screen("I need a repeat prescription").emergency


class BrokenReader:
    """A reader with a mistake in it that some words bring out."""

    def read(self, utterances: list[str], _readings: object = None) -> object:
        raise KeyError(utterances[0])


def test_words_on_which_the_reading_fails_are_urgent_for_a_nurse(caplog: pytest.LogCaptureFixture) -> None:
    broken = copy.copy(PROTOCOLS)
    object.__setattr__(broken, "reader", BrokenReader())
    result = service.assess(TriageInput(utterances=["My chest hurts, said Ada Planted"]), broken)
    assert result.level is Level.URGENT
    assert [r.text for r in result.reasons][-1:] == [service.UNREAD]
    assert "KeyError" in caplog.text
    assert "Planted" not in caplog.text
    assert not service.screen("My chest hurts", broken).emergency
