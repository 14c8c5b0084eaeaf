"""What is asked of Bedside itself, and what only looks like it."""

from __future__ import annotations

import pytest

from bedside.assistant.intents import (
    Intent,
    answer_to,
    answered_in,
    change_of,
    intent_of,
    meant,
    question_to_change,
)

FLOPPY = "Is the child floppy, hard to wake or much less responsive than usual?"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("back", Intent.BACK),
        ("Please go back.", Intent.BACK),
        ("I want to change the last answer", Intent.BACK),
        ("change my answer", Intent.BACK),
        ("wait, that was a mistake", Intent.BACK),
        ("oh sorry I pressed the wrong button", Intent.BACK),
        ("Sorry, I meant no", Intent.MEANT),
        ("I mean yes", Intent.MEANT),
        ("it should be no please", Intent.MEANT),
        ("change my answer to yes", Intent.MEANT),
        ("what do you mean?", Intent.EXPLAIN),
        ("Why do you ask that?", Intent.EXPLAIN),
        ("I don\u2019t understand the question", Intent.EXPLAIN),
        ("why?", Intent.EXPLAIN),
        ("what does floppy mean?", Intent.EXPLAIN),
        ("What do you mean by hard to wake", Intent.EXPLAIN),
        ("no thanks, forget it", Intent.FORGET),
        ("never mind", Intent.FORGET),
        ("stop asking me questions", Intent.FORGET),
        ("I don't want to answer that", Intent.FORGET),
        ("delete my data", Intent.ERASE),
        ("How can I delete everything I wrote here?", Intent.ERASE),
        ("please erase this conversation", Intent.ERASE),
        ("I was only joking", Intent.JOKE),
        ("lol just kidding", Intent.JOKE),
        ("I didn't mean it", Intent.JOKE),
        ("are you a real nurse?", Intent.WHO),
        ("who are you", Intent.WHO),
    ],
)
def test_what_is_asked_of_bedside(text: str, intent: Intent) -> None:
    assert intent_of(text, FLOPPY) is intent


@pytest.mark.parametrize(
    "text",
    [
        "my back hurts",
        "back pain",
        "I came back from Kenya",
        "no",
        "yes",
        "help",
        "stop the bleeding",
        "I was only joking but I did take the pills",
        "never mind the cough, my chest hurts",
        "forget it, I can't breathe",
        "what does sepsis mean",
        "what is that lump on my neck?",
        "remove the splinter from my foot",
        "how do I remove a tick",
        "delete my data, and my arm is numb",
        "why does my chest hurt?",
        "",
        "I meant my left arm",
    ],
)
def test_what_is_about_health_is_left_to_triage(text: str) -> None:
    assert intent_of(text, FLOPPY) is None


@pytest.mark.parametrize(("text", "value"), [("Sorry, I meant No.", "no"), ("should be yes", None), ("no", None)])
def test_what_was_meant(text: str, value: str | None) -> None:
    assert meant(text) == value


def test_messages_that_name_their_question_are_read_back() -> None:
    assert intent_of(change_of(FLOPPY)) is Intent.BACK
    assert question_to_change(change_of(FLOPPY)) == FLOPPY
    assert answered_in(answer_to(FLOPPY, "No")) == (FLOPPY, "No")
    assert answered_in("My answer to this is no") is None
    assert question_to_change("I want to change my answer") is None


@pytest.mark.parametrize(
    "text", ["sorry " * 700, "a" * 4000, "no, " * 1000, "delete my " * 400, "(" * 4000, "why " * 30]
)
def test_long_hostile_text_is_no_intent_and_is_read_quickly(text: str) -> None:
    intent_of(text, FLOPPY), meant(text), answered_in(text), question_to_change(text)
