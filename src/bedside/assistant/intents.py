"""What a message wants of the conversation itself: an answer taken back, a question explained, to stop."""

from __future__ import annotations

import re
from enum import StrEnum

from bedside.assistant.terms import tokens


class Intent(StrEnum):
    """What is asked of Bedside, not said about health."""

    BACK = "back"
    MEANT = "meant"
    EXPLAIN = "explain"
    FORGET = "forget"
    ERASE = "erase"
    JOKE = "joke"
    WHO = "who"


_CHANGE = "I want to change my answer to: "
_ANSWERS = re.compile(r"My answer to \u201c(?P<question>.+?)\u201d is now: (?P<said>.*)", re.DOTALL)
_TERM = re.compile(
    r"what (?:do you mean by|does|is|are|do) (?:an? |the |by )?(?P<term>[\w '-]{1,40}?)(?: mean)?[\s.!?]*",
    re.IGNORECASE,
)

_POLITE = r"(?:(?:oh|ok|okay|no|so|hi|hey|wait|well|please|sorry|actually|thanks?|thank you|lol|bedside)\b[\s,.!-]*)*"
_END = r"(?:\s*\b(?:please|then|thanks?|thank you|sorry|ok|okay|now))*[\s.!?]*"
_IT = r"(?:that|this|it)"
_WANT = (
    r"(?:i want (?:you )?to|i'd like (?:you )?to|i need to|you must|can you|could you|can i|let me|how (?:do|can) i)"
)
_NOT = r"(?:do not|don't|dont|did not|didn't|didnt|can't|cannot)"
_A_NURSE = r"(?:an? )?(?:real )?(?:doctor|nurse|human|person|robot|bot|machine|computer|ai)"
_DATA = r"(?:data|records?|conversations?|chats?|messages?|account|history|information|info|details)"
_PATTERNS: dict[Intent, tuple[str, ...]] = {
    Intent.BACK: (
        r"(?:go |take me |step )?back",
        rf"(?:{_WANT} )?(?:change|correct|undo|redo|take back) (?:{_IT}|(?:my |the |that )?(?:last |previous )?answer)",
        r"undo",
        rf"{_IT} was (?:wrong|a mistake|the wrong answer)",
        r"(?:i )?(?:pressed|clicked|typed|hit) the wrong (?:one|button|answer|thing)",
        r"my mistake|mistake|wrong answer",
    ),
    Intent.MEANT: (
        r"(?:i )?(?:meant|mean|should have said|meant to say|wanted to say):?,? [\"']?(yes|no)[\"']?",
        rf"{_IT} should (?:be|have been) (yes|no)",
        rf"(?:change|correct) (?:{_IT}|my answer|the answer|my last answer) to (yes|no)",
    ),
    Intent.EXPLAIN: (
        rf"what (?:do|did) you mean(?: by {_IT})?|what does {_IT} mean|what is that|what's that",
        rf"(?:and )?why(?: (?:do|are|would|did) you (?:ask|asking|want to know|need to know|need)(?: (?:me )?{_IT})?)?",
        rf"(?:i )?{_NOT} (?:understand|get|follow)(?: (?:you|{_IT}|the question|your question|what you mean))?",
        rf"(?:(?:can|could) you )?explain(?: (?:{_IT}|the question))?",
        r"what|huh|pardon|come again|say (?:that )?again|repeat(?: (?:that|the question))?",
    ),
    Intent.FORGET: (
        rf"forget (?:about )?{_IT}|never ?mind|leave it|(?:it )?(?:does not|doesn't|doesnt) matter",
        rf"cancel(?: {_IT})?|i give up|no more questions",
        rf"stop(?: {_IT}| asking(?: me)?(?: questions)?)?",
        rf"i {_NOT} want to (?:answer|talk|say|go on|continue|do)(?: (?:about )?{_IT})?(?: any ?more)?",
    ),
    Intent.ERASE: (
        rf"(?:{_WANT} )?(?:delete|erase|remove|wipe|destroy) (?:all )?(?:of )?"
        rf"(?:(?:(?:my|the|our|this|that) )?(?:\w+ )?{_DATA}|everything|what i (?:wrote|said|typed))"
        r"(?: (?:from|about|here|in|i|you|have|of|me|wrote|said)\b[\w ']{0,30})?",
    ),
    Intent.JOKE: (
        r"(?:i (?:was|am)|i'm|it was|just|only|that was)(?: only| just)? (?:joking|kidding|a joke|not serious|messing)"
        r"(?: around| about)?",
        rf"jk|i {_NOT} (?:really )?mean {_IT}",
    ),
    Intent.WHO: (
        rf"(?:who|what) are you|are you (?:real|{_A_NURSE})",
        rf"(?:am i|is this) (?:talking to |chatting with )?{_A_NURSE}",
        r"what (?:is|can) (?:this|you do|bedside)|how does this work",
    ),
}
_COMPILED = {
    kind: re.compile(rf"{_POLITE}(?:{'|'.join(patterns)}){_END}", re.IGNORECASE) for kind, patterns in _PATTERNS.items()
}
_LONGEST = 120
"""Characters above which a message says more than one of these."""


def intent_of(text: str, question: str = "") -> Intent | None:
    """Return what the whole of ``text`` wants, None where it says anything else: words about health go to triage.

    ``question`` is the text of the open question: to ask what one of its words means is to have it explained.
    """
    if question_to_change(text) is not None:
        return Intent.BACK
    said = _plain(text)
    if len(said) > _LONGEST:
        return None
    if question and (term := _TERM.fullmatch(said)) and set(tokens(term["term"])) <= set(tokens(question)):
        return Intent.EXPLAIN
    return next((kind for kind, pattern in _COMPILED.items() if pattern.fullmatch(said)), None)


def meant(text: str) -> str | None:
    """Return ``yes`` or ``no`` where ``text`` says that this was meant by the answer before."""
    found = _COMPILED[Intent.MEANT].fullmatch(_plain(text))
    return next((word for word in found.groups() if word), None) if found else None


def change_of(question: str) -> str:
    """Return the message that takes the answer to a question back; its words are the question's, not the patient's."""
    return f"{_CHANGE}{question}"


def question_to_change(text: str) -> str | None:
    """Return the text of the question whose answer the message takes back, where it names one."""
    return text.removeprefix(_CHANGE).strip() if text.startswith(_CHANGE) else None


def answer_to(question: str, said: str) -> str:
    """Return the message that answers a question which is not the open one."""
    return f"My answer to \u201c{question}\u201d is now: {said}"


def answered_in(text: str) -> tuple[str, str] | None:
    """Return the question's text and what was said to it where ``text`` is a message of ``answer_to``."""
    found = _ANSWERS.fullmatch(text)
    return (found["question"], found["said"]) if found else None


def _plain(text: str) -> str:
    return " ".join(text.replace("\u2019", "'").split()).casefold().strip()
