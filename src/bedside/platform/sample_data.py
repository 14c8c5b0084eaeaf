"""What a feature does about its sample data. Bootstrap puts the features' parts together; ``ops`` offers the act."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.platform.access.context import Context

if TYPE_CHECKING:
    from bedside.platform.runtime import Runtime


@dataclass(frozen=True)
class SampleData:
    """Kept among the runtime's parts.

    ``count`` and ``delete`` run in the caller's unit of work, as Bedside itself, and return rows by kind; ``seed``
    makes everything anew, in units of work of its own, and may be run again at any time.
    """

    count: Callable[[Context], Awaitable[Mapping[str, int]]]
    delete: Callable[[Context], Awaitable[Mapping[str, int]]]
    seed: Callable[[Runtime], Awaitable[Mapping[str, int]]]
