"""How a list's page is asked for over HTTP. What a page holds is ``kit.paging``, which needs no web framework."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

LIMIT_MAXIMUM = 200

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAXIMUM, description="How many items a page holds.")]
After = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]
