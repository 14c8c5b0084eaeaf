"""Lengths of time as operators type them."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(r"(\d{1,6})\s*(s|m|h|d|w)", re.IGNORECASE | re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST = timedelta(days=3660)


def parse_duration(text: str) -> timedelta:
    """Return the length of time that ``30m``, ``24h``, ``7d`` or ``2w`` stands for.

    Raises ValueError for anything else, and for more than ten years.
    """
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise ValueError("A length of time is a number and s, m, h, d or w: 30m, 24h, 7d.")
    length = timedelta(seconds=int(found[1]) * _SECONDS[found[2].lower()])
    if not timedelta(0) < length <= _LONGEST:
        raise ValueError("A length of time is more than nothing and at most ten years.")
    return length
