"""What a question wants to know of its topic, and which sentences of a source tell it.

"What are the signs of a stroke?" names a topic and an aspect. Every sentence about strokes holds the topic's word; only
some of them tell signs, and those answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

_ASPECTS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(
            r"\b(signs?|symptoms?|spot|recogni[sz]e|(looks?|feels?) like|(know|tell) (if|whether|when|that|it'?s))\b",
            re.IGNORECASE,
        ),
        re.compile(
            r"\b(as (this|it|they) (may|might|could) be|can (cause|give|bring|make)|often feels? like|"
            r"(signs?|symptoms?) (of [\w ]+)?(are|include)|(may|might|can) (also )?(have|feel|look)|"
            r"(is|are) often (felt|seen|red|hot|swollen))\b",
            re.IGNORECASE,
        ),
    ),
    (
        re.compile(r"\b(how long|how many (hours|days|weeks|months)|when will)\b", re.IGNORECASE),
        re.compile(r"\b(hours?|days?|weeks?|fortnight|months?|years?)\b", re.IGNORECASE),
    ),
)


def telling_of(question: str, candidates: Sequence[T], text: Callable[[T], str]) -> list[T]:
    """Return the candidates that tell what is asked; none where no aspect of the topic is asked for."""
    for asked, told in _ASPECTS:
        if asked.search(question):
            return [candidate for candidate in candidates if told.search(text(candidate))]
    return []
