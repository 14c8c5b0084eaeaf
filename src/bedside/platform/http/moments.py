"""Moments in requests: RFC 3339, with a time zone."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator


def _written_out(value: object) -> object:
    """Refuse numbers, which pydantic takes for seconds since 1970 and a person for a year."""
    if isinstance(value, bool | int | float) or (isinstance(value, str) and "T" not in value.upper()):
        raise ValueError("give a date and time with its time zone, like 2026-11-22T08:30:00Z (RFC 3339)")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]
"""A date and time with its zone."""
