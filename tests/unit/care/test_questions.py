"""What a nurse reads of a case's questions: each answer beside its own question, denials and gaps, the grave first."""

from __future__ import annotations

from uuid import UUID

import pytest

from bedside.care.questions import asked_questions, deciding_first, labels_in, messages_of_case
from bedside.care.schemas import Author
from bedside.care.tables import Message
from bedside.kit.clock import SystemClock
from bedside.kit.ids import new_id
from bedside.triage.schemas import Choice, Finding, Level, Question, Reason, State

NOW = SystemClock().now()
CHOICES = [Choice(value="yes", label="Yes, often"), Choice(value="no", label="No"), Choice(value="unknown", label="?")]


def question(id_: str, *, red_flag: bool = False) -> Question:
    return Question(id=id_, text=f"About {id_}?", choices=CHOICES, why=f"Because of {id_}.", red_flag=red_flag)


def bedside(about: Question | None = None, *, case: UUID | None = None, retracted: bool = False) -> Message:
    return Message(
        id=new_id(),
        author=Author.ASSISTANT,
        text="Thank you.",
        question=about.model_dump(mode="json") if about else None,
        assessment_id=case,
        retracted_at=NOW if retracted else None,
    )


def patient(text: str) -> Message:
    return Message(id=new_id(), author=Author.PATIENT, text=text, question=None, assessment_id=None, retracted_at=None)


def finding(id_: str, state: State, label: str | None = None) -> Finding:
    return Finding(id=id_, label=label or id_.title(), state=state, counts=state is State.PRESENT)


def reason(level: Level, text: str) -> Reason:
    return Reason(rule=text, level=level, text=text, quote="", source="")


def test_each_answer_stands_beside_its_own_question() -> None:
    said = [patient("Dizzy"), bedside(question("fever")), patient("No"), bedside(question("fit")), patient("no idea")]
    asked = asked_questions(said, {"fever": "no", "fit": "unknown"})
    assert [(q.id, q.answer, q.words) for q in asked] == [("fever", "No", "No"), ("fit", "?", "no idea")]
    assert [q.message_id for q in asked] == [said[2].id, said[4].id]
    assert [q.why for q in asked] == ["Because of fever.", "Because of fit."]


def test_a_question_that_nobody_has_answered_yet_has_no_answer() -> None:
    (asked,) = asked_questions([patient("Dizzy"), bedside(question("fever", red_flag=True))], {})
    assert (asked.answer, asked.words, asked.message_id, asked.red_flag) == (None, None, None, True)


def test_words_that_triage_did_not_count_as_an_answer_are_shown_without_one() -> None:
    (asked,) = asked_questions([bedside(question("fever")), patient("What do you mean?")], {})
    assert (asked.answer, asked.words) == (None, "What do you mean?")


def test_a_question_asked_again_stands_once_with_the_last_words() -> None:
    said = [bedside(question("fever")), patient("Hm"), bedside(question("fever")), patient("Yes")]
    (asked,) = asked_questions(said, {"fever": "yes"})
    assert (asked.answer, asked.words, asked.message_id) == ("Yes, often", "Yes", said[3].id)


def test_two_messages_in_a_row_leave_the_second_without_a_question() -> None:
    said = [bedside(question("fever")), patient("No"), patient("But my head hurts"), bedside(), patient("Hello?")]
    (asked,) = asked_questions(said, {"fever": "no"})
    assert asked.words == "No"


def test_an_answer_given_ahead_comes_last_under_its_id() -> None:
    asked = asked_questions([bedside(question("fever")), patient("No")], {"ahead": "yes", "fever": "no"})
    assert [(q.id, q.text, q.answer) for q in asked] == [("fever", "About fever?", "No"), ("ahead", "ahead", "yes")]


def test_an_answer_that_is_none_of_the_choices_is_shown_as_it_is() -> None:
    (asked,) = asked_questions([bedside(question("fever")), patient("39.5")], {"fever": "39.5"})
    assert asked.answer == "39.5"


def test_nothing_was_asked() -> None:
    assert asked_questions([], {}) == []
    assert asked_questions([patient("Dizzy"), bedside()], {}) == []


def test_a_clinicians_message_answers_no_question() -> None:
    note = Message(id=new_id(), author=Author.NURSE, text="Rest.", question=None, assessment_id=None, retracted_at=None)
    (asked,) = asked_questions([bedside(question("fever")), note, patient("No")], {"fever": "no"})
    assert asked.words == "No"


def test_a_case_has_the_messages_up_to_its_own_decision() -> None:
    first, second = new_id(), new_id()
    said = [patient("a"), bedside(case=first), patient("b"), bedside(case=second), patient("c")]
    assert [m.text for m in messages_of_case(said, first) if m.author == Author.PATIENT] == ["a"]
    assert [m.text for m in messages_of_case(said, second) if m.author == Author.PATIENT] == ["b"]
    assert [m.text for m in messages_of_case(said, new_id()) if m.author == Author.PATIENT] == ["c"]


def test_a_decision_that_was_taken_back_ends_no_case() -> None:
    only = new_id()
    said = [patient("a"), bedside(case=only, retracted=True), patient("b")]
    assert [m.text for m in messages_of_case(said, only) if m.author == Author.PATIENT] == ["a", "b"]


def test_what_was_denied_and_what_is_not_known_are_lists_without_what_is_present() -> None:
    findings = [
        finding("fever", State.ABSENT),
        finding("fit", State.UNKNOWN),
        finding("rash", State.ABSENT, "Rash"),
        finding("rash", State.PRESENT, "Rash"),
        finding("fever", State.ABSENT),
        finding("cough", State.PRESENT),
        finding("fit", State.PAST),
    ]
    assert labels_in(findings, State.ABSENT) == ["Fever"]
    assert labels_in(findings, State.UNKNOWN) == ["Fit"]
    assert labels_in([], State.ABSENT) == []


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_the_gravest_reason_comes_first_and_equals_keep_their_order(order: tuple[int, ...]) -> None:
    given = [
        reason(Level.EMERGENCY, "clot"),
        reason(Level.URGENT, "fever"),
        reason(Level.URGENT, "pain"),
        reason(Level.SELF_CARE, "cold"),
    ]
    found = [r.text for r in deciding_first(given[i] for i in order)]
    assert [found[0], found[-1]] == ["clot", "cold"]
    assert found[1:3] == [given[i].text for i in order if given[i].level is Level.URGENT]
