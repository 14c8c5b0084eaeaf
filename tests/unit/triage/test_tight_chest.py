"""A tight chest: an emergency now (NHS, Chest pain, 2023), unless the words themselves say what explains it."""

from __future__ import annotations

import pytest

from bedside.triage import service
from bedside.triage.schemas import Level, TriageInput, TriageResult


def assess(text: str, **answers: str) -> TriageResult:
    answered = {f"chest-pain.{name}": value for name, value in answers.items()}
    return service.assess(TriageInput(utterances=[text], answers=answered))


@pytest.mark.parametrize(
    "text",
    [
        "My chest feels tight",
        "I've got tightness in my chest",
        "tightness across my chest and I feel anxious",
        "I get panic attacks and my chest is tight again",
        "my husband's chest feels tight",
        "my chest has been tight and it hasn't gone away",
        "the tightness in my chest has come back",
        "tight chest, no cough, no cold",
        "my chest feels tight. I don't have a cold",
        "my chest feels heavy",
    ],
)
def test_a_tight_chest_is_an_emergency_and_asks_nothing(text: str) -> None:
    result = assess(text)
    assert (result.level, result.protocol.id) == (Level.EMERGENCY, "chest-pain")
    assert result.questions == []
    assert "hours" not in result.deadline


@pytest.mark.parametrize(
    "text",
    [
        "I have a cold and my chest feels tight",
        "my asthma is playing up, chest is tight",
        "My chest feels tight when I press on it",
        "Two days ago my chest felt tight for fifteen minutes, it hasn't come back",
        "chest tightness comes and goes for weeks",
    ],
)
def test_what_the_words_explain_is_asked_about_and_told_to_call_if_it_is_now(text: str) -> None:
    result = assess(text)
    assert (result.level, result.within_hours) == (Level.URGENT, 1)
    assert result.advice[0].startswith("If it is happening now and feels tight")
    assert "{emergency_number}" in result.advice[0]
    assert "tight" not in " ".join(q.text for q in result.questions), "what was said is not asked"


@pytest.mark.parametrize(
    "text",
    [
        "no chest tightness, just a runny nose",
        "What does chest tightness mean?",
        "I had chest tightness last year",
        "my bra is tight around the chest",
    ],
)
def test_words_that_only_look_like_it_fire_neither_rule(text: str) -> None:
    assert not {"chest-pain.tight", "chest-pain.tight-asked"} & {r.rule for r in assess(text).reasons}


def test_a_child_s_tight_chest_is_seen_soon_and_called_no_heart_attack() -> None:
    result = assess("my son is 6 and his chest feels tight")
    assert result.level is Level.URGENT
    assert "heart attack" not in " ".join(r.text for r in result.reasons)


def test_the_answer_that_it_is_tight_is_worth_as_much_as_the_words() -> None:
    assert [q.id for q in assess("my chest hurts").questions][1] == "chest-pain.crushing"
    assert assess("my chest hurts", crushing="yes").level is Level.EMERGENCY
    assert assess("my chest hurts", crushing="no").level is Level.URGENT
