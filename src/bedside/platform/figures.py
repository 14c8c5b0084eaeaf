"""Numbers that features tell about themselves: how many cases wait, how many conversations began today.

They are counts over everybody, read as Bedside itself, and never hold anything of one patient.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from bedside.platform.runtime import Runtime


class Unit(StrEnum):
    """What a figure counts."""

    COUNT = "count"
    SECONDS = "seconds"


class Figure(BaseModel):
    """A number at one moment, or several, told apart by ``by`` (levels, statuses)."""

    name: str = Field(description="As in `cases.waiting`; the first word is the feature's subject.")
    unit: Unit
    value: float
    by: dict[str, float] = Field(default={}, description="The same, split up; empty where it is not.")


Source = Callable[["Runtime"], Awaitable[list[Figure]]]


@dataclass(frozen=True)
class FigureSources:
    """Where every feature's figures come from. Kept among the runtime's parts."""

    sources: tuple[Source, ...]
