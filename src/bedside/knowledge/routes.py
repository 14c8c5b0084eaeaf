"""Knowledge over the API: search, passages, sources. Reading only; sources come in by command."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from bedside.kit.paging import Page
from bedside.knowledge import service
from bedside.knowledge.schemas import PassageView, SearchResult, SourceView
from bedside.platform.http.dependencies import ActorDep, ContextDep, RuntimeDep
from bedside.platform.http.paging import After, Limit
from bedside.platform.http.problems import documented

router = APIRouter(prefix="/api/knowledge", tags=["knowledge"])

Question = Annotated[
    str,
    Query(
        min_length=1,
        max_length=service.MAX_QUERY_CHARACTERS,
        description="A topic or question. Not a patient's own words: addresses end up in proxies' logs.",
    ),
]
Hits = Annotated[int, Query(ge=1, le=service.MAX_HITS, description="How many passages.")]


@router.get("/search", responses=documented(401, 403, 422, 503))
async def search(runtime: RuntimeDep, actor: ActorDep, q: Question, k: Hits = 5) -> SearchResult:
    """Find passages by words and by meaning, best first."""
    query = service.clean_query(q)
    vector = await service.embed_query(query)
    async with runtime.unit_of_work(actor) as ctx:
        return SearchResult(hits=await service.search(ctx, query, vector, k=k))


@router.get("/passages/{passage_id}", responses=documented(401, 403, 404, 422, 503))
async def passage(ctx: ContextDep, passage_id: UUID) -> PassageView:
    """Open the exact passage that a citation names."""
    return await service.get_passage(ctx, passage_id)


@router.get("/sources", responses=documented(401, 403, 422, 503))
async def sources(ctx: ContextDep, limit: Limit = 50, after: After = None) -> Page[SourceView]:
    """List sources by key."""
    items, following = await service.list_sources(ctx, after=after, limit=limit)
    return Page(items=items, next=following)
