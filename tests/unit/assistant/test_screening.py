"""The safety screen and the emergency number in advice."""

from __future__ import annotations

import pytest

from bedside.assistant.screening import localised, screen_message
from bedside.triage import service as triage
from bedside.triage.schemas import TriageInput


def test_an_emergency_has_advice_with_the_service_s_number() -> None:
    found = screen_message("I have crushing chest pain going down my left arm", "144")
    assert found
    assert found.reasons
    assert "144" in found.advice[0]
    assert "999" not in " ".join(found.advice)


@pytest.mark.parametrize("text", ["my toe itches", "hi", "I have no chest pain", "..."])
def test_calm_words_fire_nothing(text: str) -> None:
    assert screen_message(text, "112") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "Call your local emergency number now (999 in the UK, 112 in Europe, 911 in the US), or ask.",
            "Call 144 now, or ask.",
        ),
        ("Call your local emergency number at once for a fit.", "Call 144 at once for a fit."),
        ("Call {emergency_number}.", "Call 144."),
        ("Call the emergency number if you faint.", "Call 144 if you faint."),
        ("Rest.", "Rest."),
        ("", ""),
    ],
)
def test_the_number_is_put_in(line: str, said: str) -> None:
    assert localised([line], "144") == [said]


def test_a_number_is_never_read_as_a_pattern() -> None:
    assert localised(["Call {emergency_number}."], r"\1 112") == [r"Call \1 112."]


@pytest.mark.parametrize("text", ["I want to kill myself", "I feel hopeless"])
def test_advice_names_the_crisis_line_that_is_set(text: str) -> None:
    found = triage.assess(TriageInput(utterances=[text]))
    lines = [*found.advice, *found.safety_net]
    assert "a crisis line" in " ".join(localised(lines, "112"))
    said = " ".join(localised(lines, "112", "116 123"))
    assert "the crisis line 116 123" in said
    assert "a crisis line" not in said
    assert "the crisis line 116 123" in str(triage.with_number(found, "112", "116 123").advice)


def test_the_screen_names_the_crisis_line_that_is_set() -> None:
    found = screen_message("I want to kill myself", "112", crisis_line="988")
    assert found
    assert "the crisis line 988" in " ".join(found.advice)
