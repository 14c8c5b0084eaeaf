"""What kind of message it is."""

from __future__ import annotations

import pytest

from bedside.assistant.reading import asks_only, is_small_talk, match_choice, question_in
from bedside.triage.schemas import Choice, Question


def question(*labels: str) -> Question:
    choices = [Choice(value=label.lower(), label=label) for label in labels]
    return Question(id="q", text="?", choices=choices, why="because")


YES_NO = question("Yes", "No", "Unknown")
HOW_LONG = question("Today", "A few days", "Weeks")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("Yes.", "yes"),
        ("YEP!", "yes"),
        ("no", "no"),
        ("Nope", "no"),
        ("I don\u2019t know", "unknown"),
        ("not sure really", "unknown"),
        ("no, but a little when I climb stairs", None),
        ("yes and my arm is numb", None),
        ("can I take ibuprofen?", None),
        ("now", None),
        ("", None),
        ("1", None),
    ],
)
def test_answers_to_yes_or_no(text: str, value: str | None) -> None:
    assert match_choice(YES_NO, text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("a few days", "a few days"), ("yes", None), ("no", None), ("idk", "unknown")]
)
def test_answers_to_other_choices(text: str, value: str | None) -> None:
    assert match_choice(HOW_LONG, text) == value


@pytest.mark.parametrize("text", ["hi", "Hello!", "thank you so much", "ok", "Good morning", "bye", "Thanks, bye"])
def test_small_talk(text: str) -> None:
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "hi, my chest hurts",
        "ok but it still bleeds",
        "no thanks, I took an overdose",
        "not good",
        "",
        "fine until I fell",
    ],
)
def test_what_says_more_is_no_small_talk(text: str) -> None:
    assert not is_small_talk(text)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Can I take ibuprofen with it?", "Can I take ibuprofen with it?"),
        ("My head hurts. Should I see a doctor? Thanks", "Should I see a doctor?"),
        ("how long does flu last", "how long does flu last"),
        ("My head hurts.", None),
        ("how are you?", None),
        ("why?", None),
        ("", None),
    ],
)
def test_questions(text: str, asked: str | None) -> None:
    assert question_in(text) == asked


@pytest.mark.parametrize("text", ["How long does flu last?", "hi, what is a stroke? thanks", "can I have wine", "why?"])
def test_only_a_question(text: str) -> None:
    assert asks_only(text)


@pytest.mark.parametrize("text", ["My head hurts. Is it bad?", "hello", "", "I took ibuprofen", "Can I? I feel faint."])
def test_more_than_a_question(text: str) -> None:
    assert not asks_only(text)


@pytest.mark.parametrize("text", ["a" * 4000, "hi " * 1300, "? " * 2000, "(" * 4000, "go " * 1300, "\n" * 4000])
def test_long_hostile_text_is_read_quickly(text: str) -> None:
    is_small_talk(text), question_in(text), asks_only(text), match_choice(YES_NO, text)
