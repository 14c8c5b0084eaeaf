"""What kind of message this is: an answer to the open question, a question, small talk."""

from __future__ import annotations

import re

from bedside.assistant.terms import tokens
from bedside.triage.schemas import Question

UNKNOWN = "unknown"
_YES = frozenset(["yes", "y", "yeah", "yep", "yup", "yea", "true", "correct", "definitely", "absolutely"])
_NO = frozenset(["no", "n", "nope", "nah", "none", "never", "false"])
_UNSURE = re.compile(
    r"\b(don't know|dont know|do not know|not sure|unsure|no idea|dunno|idk|can't tell|cannot tell|can't say|"
    r"don't remember|hard to say|maybe|skip)\b"
)
_QUESTION_WORDS = frozenset(
    tokens("what when where which who why how can could should may is are do does did will would am has have shall")
)
_SMALL_TALK = re.compile(
    r"(?:(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|thanks?|thank you|thx|ta|cheers|ok(?:ay)?|alright|"
    r"great|good|fine|bye|goodbye|see you|sorry|please|there|bedside|so much|very much|a lot|again|test|got it|"
    r"i see|understood|how are you|nice to meet you|you too|k)\b[\s,.!?]*)+",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_LEAST_WORDS = 3


def match_choice(question: Question, text: str) -> str | None:
    """Return the value of the choice that ``text`` plainly is, ``unknown`` for "I don't know", else None."""
    said = _plain(text)
    for choice in question.choices:
        if said in (_plain(choice.value), _plain(choice.label)):
            return choice.value
    values = {choice.value for choice in question.choices}
    if {"yes", "no"} <= values and said in _YES | _NO:
        return "yes" if said in _YES else "no"
    return UNKNOWN if is_unsure(text) else None


def is_unsure(text: str) -> bool:
    """Tell whether ``text`` says "I don't know" and hardly more."""
    said = _plain(text)
    return bool(_UNSURE.search(said)) and len(said.split()) <= 8


def is_choice_alone(question: Question, text: str) -> bool:
    """Tell whether ``text`` is nothing but one of the question's choices, so that it holds no words of its own."""
    return any(_plain(text) in (_plain(c.value), _plain(c.label)) for c in question.choices)


def is_small_talk(text: str) -> bool:
    """Tell whether ``text`` is a greeting, thanks or the like and nothing more."""
    return _SMALL_TALK.fullmatch(text.strip()) is not None


def asks_only(text: str) -> bool:
    """Tell whether ``text`` asks and states nothing beside, greetings and thanks apart."""
    sentences = [s for s in _SENTENCE.findall(text) if tokens(s) and not is_small_talk(s)]
    return bool(sentences) and all(_asks(sentence) for sentence in sentences)


def question_in(text: str) -> str | None:
    """Return the sentences of ``text`` that ask something, None where none does."""
    asked = [
        sentence.strip()
        for sentence in _SENTENCE.findall(text)
        if len(tokens(sentence)) >= _LEAST_WORDS and not is_small_talk(sentence) and _asks(sentence)
    ]
    return " ".join(asked) or None


def _asks(sentence: str) -> bool:
    return sentence.rstrip().endswith("?") or tokens(sentence)[0] in _QUESTION_WORDS


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("\u2019", "'").split()).strip(" .!,?")
