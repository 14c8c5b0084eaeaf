"""Lists are given in pages, by cursor: a row that is added meanwhile never shifts or repeats one."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

T = TypeVar("T")

LIMIT_MAXIMUM = 200


class Page(BaseModel, Generic[T]):
    """One page. ``next`` is the cursor of the one after it, or null at the end."""

    items: list[T]
    next: str | None = Field(default=None, description="Send it as `after` to get the next page.")


Limit = Annotated[int, Query(ge=1, le=LIMIT_MAXIMUM, description="How many items a page holds.")]
After = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]
