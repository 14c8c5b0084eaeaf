"""A chat model phrases the answer; what its sources don't support is withheld."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from bedside.assistant import prompt
from bedside.assistant.compose import NOTHING, Answer, cited
from bedside.assistant.grounding import check
from bedside.assistant.injection import addresses_the_machine
from bedside.care.schemas import Citation
from bedside.knowledge.schemas import SearchHit
from bedside.platform.errors import Unavailable
from bedside.triage.schemas import Level

_log = structlog.get_logger(__name__)

LEAST_EVIDENCE = 8
"""Shortest quote of the patient that can raise a level, in characters."""

Model = Callable[[prompt.Prompt], Awaitable[str]]
"""Sends a prompt to a chat model and gives its text; raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Phrased:
    """``answer`` is what stood the check; ``level`` what the model asks to raise to, on the patient's own words."""

    answer: Answer
    level: Level | None = None
    evidence: str | None = None
    used: bool = False


async def phrase(
    model: Model, question: str, said: Sequence[str], hits: Sequence[SearchHit], level: Level | None
) -> Phrased:
    """Ask the model. Nothing in ``answer`` means: answer with the sources' own sentences instead.

    A message or passage that talks to the machine is not shown to it. Never raises: a model that is down, slow or
    talks nonsense costs its phrasing alone.
    """
    if any(addresses_the_machine(text) for text in (question, *said)):
        return Phrased(NOTHING)
    shown = [hit for hit in hits if not addresses_the_machine(f"{hit.heading}\n{hit.text}")][: prompt.MAX_PASSAGES]
    if not shown:
        return Phrased(NOTHING)
    try:
        raw = await model(prompt.build(question, said, shown, level))
    except Unavailable as error:
        _log.warning("the chat model gave no answer; the sources' own sentences are used", reason=error.message)
        return Phrased(NOTHING)
    found = prompt.parse(raw)
    evidence = found.evidence if found.level and _was_said(found.evidence, said) else None
    return Phrased(grounded(found, shown), found.level if evidence else None, evidence, used=True)


def grounded(found: prompt.ModelAnswer, hits: Sequence[SearchHit]) -> Answer:
    """Keep the sentences that the passage which they cite supports; nothing at all where most of them fall."""
    sentences: list[tuple[str, int]] = []
    citations: list[Citation] = []
    withheld = 0
    for sentence in found.sentences[: prompt.MAX_SENTENCES]:
        text = sentence.text.strip()
        hit = hits[sentence.source - 1] if 1 <= sentence.source <= len(hits) else None
        verdict = check(text, [s.text for s in hit.sentences]) if hit else None
        if hit is None or verdict is None or not verdict.supported:
            withheld += 1
            continue
        number = len(citations) + 1
        citations.append(cited(number, hit, verdict.quote))
        sentences.append((text, number))
    if withheld > len(sentences):
        return Answer((), (), withheld=withheld)
    return Answer(tuple(sentences), tuple(citations), phrased=True, withheld=withheld)


def _was_said(evidence: str | None, said: Sequence[str]) -> bool:
    words = " ".join((evidence or "").casefold().split())
    return len(words) >= LEAST_EVIDENCE and any(words in " ".join(text.casefold().split()) for text in said)
