"""What knowledge does: bring sources in, find passages, show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal, cast
from uuid import UUID

from bedside.knowledge import repository
from bedside.knowledge.embedding import DIMENSIONS
from bedside.knowledge.ingest import Ingest
from bedside.knowledge.parsing.files import read_documents
from bedside.knowledge.parsing.starter import STARTER, starter_documents
from bedside.knowledge.parsing.text import clean
from bedside.knowledge.ranking import text_match
from bedside.knowledge.schemas import (
    IngestReport,
    Kind,
    PassageSentence,
    PassageView,
    SearchHit,
    SourceReference,
    SourceView,
)
from bedside.knowledge.tables import KnowledgeSource
from bedside.knowledge.vectors import embed_passages, embed_query, starter_vectors
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, NotFound, TooLarge
from bedside.platform.runtime import Runtime

__all__ = [
    "MAX_HITS",
    "MAX_QUERY_CHARACTERS",
    "clean_query",
    "combined",
    "embed_query",
    "get_passage",
    "ingest_files",
    "list_sources",
    "retire",
    "search",
    "seed_starter",
]

MAX_QUERY_CHARACTERS = 2_000
MAX_HITS = 50
_SPARE_ROWS = 10
"""Fetched beyond k, for sources that hold the same text twice."""


async def ingest_files(
    runtime: Runtime,
    actor: Actor,
    paths: Iterable[Path],
    *,
    dry_run: bool = False,
    progress: Callable[[IngestReport], None] | None = None,
) -> IngestReport:
    """Bring files in: Markdown (.md) and JSON lines (.jsonl). Safe to repeat and to cut off.

    What can't be read is listed in the report's ``problems`` with file and line; the rest is brought in.
    ``progress`` is called after each committed batch. Raises Forbidden without manage_knowledge, Unavailable.
    """
    documents = chain.from_iterable(read_documents(path) for path in paths)
    run = Ingest(runtime, actor, embed_passages, dry_run=dry_run, progress=progress)
    return await run.run(documents)


async def seed_starter(
    runtime: Runtime,
    actor: Actor,
    *,
    dry_run: bool = False,
    progress: Callable[[IngestReport], None] | None = None,
) -> IngestReport:
    """Bring the starter pack in, with the vectors shipped beside it; retire its topics that are no more.

    Raises Forbidden without manage_knowledge, Unavailable.
    """
    run = Ingest(runtime, actor, embed_passages, await starter_vectors(), dry_run, progress)
    report = await run.run(starter_documents())
    async with runtime.unit_of_work(actor) as ctx:
        gone = await repository.source_ids(ctx.session, kind=STARTER) - run.seen
        report.sources_retired = len(gone)
        if gone and not dry_run:
            report.passages_retired += await _retire(ctx, sorted(gone))
    return report


async def retire(ctx: Context, key: str, *, dry_run: bool = False) -> IngestReport:
    """Take the source ``key`` out of search; who has cited it can still open it.

    Raises Forbidden without manage_knowledge, NotFound when no active source has the key.
    """
    ctx.require(Permission.MANAGE_KNOWLEDGE)
    found = await repository.source_ids(ctx.session, key=key)
    if not found:
        raise NotFound("No active source has this key. `bedside knowledge list` shows the keys.")
    passages = await repository.live_passages(ctx.session, sorted(found))
    if not dry_run:
        await _retire(ctx, sorted(found))
    return IngestReport(dry_run=dry_run, sources_retired=1, passages_retired=len(passages))


def combined(reports: Sequence[IngestReport]) -> IngestReport:
    """Return one report for several runs."""
    total = IngestReport()
    for report in reports:
        for name, value in report:
            total_value = getattr(total, name)
            setattr(total, name, total_value or value if name == "dry_run" else total_value + value)
    return total


async def search(
    ctx: Context,
    query: str,
    vector: Sequence[float] | None,
    *,
    k: int = 5,
    kinds: Sequence[Kind] = (),
) -> list[SearchHit]:
    """Return up to ``k`` passages for a question in plain words, best first.

    ``vector`` comes from ``embed_query(query)``, awaited before the unit of work was opened; None searches by
    words alone. Raises BadInput for an empty query, TooLarge beyond MAX_QUERY_CHARACTERS.
    """
    words = clean_query(query)
    if not 1 <= k <= MAX_HITS:
        raise BadInput(f"k must be from 1 to {MAX_HITS}.")
    if vector is not None and len(vector) != DIMENSIONS:
        raise BadInput(f"The question's vector must have {DIMENSIONS} numbers.")
    found = await repository.search(ctx.session, words, vector, k + _SPARE_ROWS, kinds)
    best: dict[str, repository.FoundPassage] = {}
    for row in found:
        best.setdefault(row.passage.text, row)
    return [
        SearchHit(
            **_fields(row.passage),
            score=row.score,
            similarity=row.similarity,
            text_match=cast("Literal['all', 'some', 'none']", text_match(row.tier)),
        )
        for row in islice(best.values(), k)
    ]


def clean_query(query: str) -> str:
    """Return the query without control characters. Raises BadInput when nothing is left, TooLarge."""
    if len(query) > MAX_QUERY_CHARACTERS:
        raise TooLarge(f"A question may have {MAX_QUERY_CHARACTERS} characters. Shorten it.")
    words = " ".join(clean(query).split())
    if not words:
        raise BadInput("The question is empty. Type a few words.")
    return words


async def get_passage(ctx: Context, passage_id: UUID) -> PassageView:
    """Return a passage, also a retired one, as whoever cited it must be able to. Raises NotFound."""
    found = await repository.passage(ctx.session, passage_id)
    if found is None:
        raise NotFound("There is no such passage.")
    return PassageView(**_fields(found))


async def list_sources(
    ctx: Context, *, after: str | None = None, limit: int = 50
) -> tuple[list[SourceView], str | None]:
    """Return a page of sources by key, and the cursor of the next page. Raises BadInput for a malformed cursor."""
    if after is not None and "\x00" in after:
        raise BadInput("This is no cursor of a page; leave `after` out to begin anew.")
    rows = await repository.sources(ctx.session, after, limit + 1)
    views = [_source_view(source, passages) for source, passages in rows[:limit]]
    return views, views[-1].key if len(rows) > limit else None


async def _retire(ctx: Context, ids: list[UUID]) -> int:
    await repository.lock_writing(ctx.session)
    passages = await repository.retire_sources(ctx.session, ids, ctx.now())
    await repository.count_words(ctx.session)
    ctx.record("knowledge.retire", "knowledge_source", ids=ids)
    return passages


def _fields(passage: repository.StoredPassage) -> dict[str, Any]:
    own = SourceReference(title=passage.title, publisher=passage.publisher, url=passage.url, year=passage.year)
    sentences = [_sentence(passage.text, stored, own) for stored in passage.sentences]
    first = sentences[0].citations[0]
    return {
        "passage_id": passage.id,
        "source_id": passage.source_id,
        "kind": passage.kind,
        "title": passage.title,
        "heading": passage.heading,
        "publisher": passage.publisher,
        "url": passage.url or first.url,
        "year": passage.year or first.year,
        "licence": passage.licence,
        "clinical_review": passage.clinical_review,
        "text": passage.text,
        "sentences": sentences,
        "retired": passage.retired_at is not None,
    }


def _sentence(text: str, stored: dict[str, Any], own: SourceReference) -> PassageSentence:
    start, end = stored["start"], stored["end"]
    citations = [SourceReference(**one) for one in stored["citations"]] or [own]
    return PassageSentence(text=text[start:end], start=start, end=end, citations=citations)


def _source_view(source: KnowledgeSource, passages: int) -> SourceView:
    names = ("id", "key", "title", "publisher", "kind", "url", "year", "licence", "version", "clinical_review")
    fields = {name: getattr(source, name) for name in (*names, "status")}
    return SourceView(**fields, passages=passages)
