"""The safety screen and the emergency number in advice."""

from __future__ import annotations

import pytest

from bedside.assistant.screening import screen_message
from bedside.triage import service as triage
from bedside.triage.schemas import Numbers, TriageInput

NUMBERS = Numbers(emergency="112")
WITH_LINE = Numbers(emergency="112", crisis_line="116 123")


def test_an_emergency_has_advice_with_the_service_s_number() -> None:
    found = screen_message("I have crushing chest pain going down my left arm", Numbers(emergency="144"))
    assert found
    assert found.reasons
    assert "144" in found.advice[0]
    assert "999" not in " ".join(found.advice)


@pytest.mark.parametrize("text", ["my toe itches", "hi", "I have no chest pain", "..."])
def test_calm_words_fire_nothing(text: str) -> None:
    assert screen_message(text, NUMBERS) is None


def test_a_number_is_never_read_as_a_pattern() -> None:
    assert triage.filled(["Call {emergency_number}.", "Rest.", ""], Numbers(emergency=r"\1 112")) == [
        r"Call \1 112.",
        "Rest.",
        "",
    ]


@pytest.mark.parametrize("text", ["I want to kill myself", "I feel hopeless"])
def test_advice_names_the_crisis_line_that_is_set(text: str) -> None:
    found = triage.assess(TriageInput(utterances=[text]))
    lines = [*found.advice, *found.safety_net]
    assert "a crisis line" in " ".join(triage.filled(lines, NUMBERS))
    said = " ".join(triage.filled(lines, WITH_LINE))
    assert "the crisis line 116 123" in said
    assert "a crisis line" not in said
    assert "the crisis line 116 123" in str(triage.with_numbers(found, WITH_LINE).advice)


def test_the_screen_names_the_crisis_line_that_is_set() -> None:
    found = screen_message("I want to kill myself", Numbers(emergency="112", crisis_line="988"))
    assert found
    assert "the crisis line 988" in " ".join(found.advice)
