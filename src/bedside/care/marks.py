"""Where in the patient's own words each reason for a level stands, so that a page can highlight it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bedside.care.questions import answering_messages
from bedside.care.schemas import Author, Mark
from bedside.care.tables import Message
from bedside.triage.schemas import Finding, Measurement, Reason

_BETWEEN_QUOTES = " … "
"""Triage joins the quotes of one rule so."""
_ANSWER = "answer:"


@dataclass(frozen=True)
class _Words:
    """Messages of one case, and what triage found in them."""

    said: Sequence[Message]
    answers: dict[str, Message]
    findings: Sequence[Finding]
    measurements: Sequence[Measurement]


def marks_of(
    reasons: Iterable[Reason],
    findings: Sequence[Finding],
    measurements: Sequence[Measurement],
    messages: Sequence[Message],
) -> list[Mark]:
    """Return the places of each reason's quotes in ``messages``, which are those of the case, in order.

    A quote is looked for where triage found it, else as text; an answer that holds no words of its own is marked whole.
    What stands nowhere (a number computed from others) has no mark. A place is a range of Unicode code points.
    """
    said = [message for message in messages if message.author == Author.PATIENT]
    words = _Words(said, answering_messages(messages), findings, measurements)
    found: dict[tuple[object, ...], Mark] = {}
    for reason in reasons:
        for quote in filter(None, reason.quote.split(_BETWEEN_QUOTES)):
            place = _recorded(words, quote) or _answered(words, quote) or _searched(words, quote)
            if place is not None:
                message, start, end = place
                mark = Mark(message_id=message.id, start=start, end=end, rule=reason.rule, level=reason.level)
                found.setdefault((reason.rule, message.id, start, end), mark)
    return list(found.values())


_Place = tuple[Message, int, int]


def _recorded(words: _Words, quote: str) -> _Place | None:
    """Where triage found it. Checked against the text: the numbers count what was said until then."""
    places = [(f.utterance, f.start, f.end) for f in words.findings if f.quote == quote]
    places += [(m.utterance, m.start, m.end) for m in words.measurements if m.quote == quote]
    for utterance, start, end in places:
        if utterance is None or start is None or end is None or not 0 <= utterance < len(words.said):
            continue
        message = words.said[utterance]
        if start < end and message.text[start:end].casefold() == quote.casefold():
            return message, start, end
    return None


def _answered(words: _Words, quote: str) -> _Place | None:
    """An answer by choice: the finding's label stands for it, and the message that gave it is marked."""
    for finding in words.findings:
        if finding.origin.startswith(_ANSWER) and finding.counts and quote in (finding.quote, finding.label):
            message = words.answers.get(finding.origin.removeprefix(_ANSWER))
            if message is not None:
                return message, 0, len(message.text)
    return None


def _searched(words: _Words, quote: str) -> _Place | None:
    for message in words.said:
        start = message.text.find(quote)
        if start >= 0:
            return message, start, start + len(quote)
    return None
