"""Text that talks to the machine instead of about health. It is read as data everywhere; here it is also told apart,
so that it never reaches a chat model, which might obey it. Triage, which decides, has nobody to persuade.
"""

from __future__ import annotations

import re

_ORDERS = re.compile(
    r"\b(ignore|disregard|forget|override|bypass)\b.{0,60}\b(previous|prior|above|earlier|all|any|your|these|the|system)\b"
    r".{0,40}\b(instruction|prompt|rule|message|polic|guideline|direction|protocol|context)"
    r"|\b(system|developer|hidden|initial)\s*(prompt|message|instruction)"
    r"|\b(repeat|reveal|print|show|output|tell me|leak)\b.{0,40}\b(your|the|these)\b.{0,30}\b(instruction|prompt|rules)"
    r"|\byou are (now|no longer)\b|\bact as\b.{0,40}\b(an?|the)\b|\bpretend (to be|you)\b|\bjailbreak|\bDAN mode"
    r"|\b(set|change|mark|make|classify|rate|raise|lower|report)\b.{0,40}\b(level|urgency|triage|priority|assessment)\b"
    r"|\blevel\s*[\"']?\s*[:=]|<\|?\s*/?\s*(im_start|im_end|system|user|assistant|inst)\b|\[/?INST\]|^\s*(system|assistant)\s*:"
    r"|\bnew instructions?\b|\bas an ai\b",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)


def addresses_the_machine(text: str) -> bool:
    """Tell whether ``text`` looks like orders to a language model. Errs on the side of yes: it costs phrasing alone."""
    return _ORDERS.search(text) is not None
