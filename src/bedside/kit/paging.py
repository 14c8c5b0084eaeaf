"""Lists are given in pages, by cursor: a row that is added meanwhile never shifts or repeats one."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, Field

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page. ``next`` is the cursor of the one after it, or null at the end."""

    items: list[T]
    next: str | None = Field(default=None, description="Send it as `after` to get the next page.")
