"""Reading and writing sources and passages. Commits nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bedside.knowledge.parsing.documents import Document, Passage
from bedside.knowledge.ranking import SHOWN, search_statement
from bedside.knowledge.tables import ALL_PASSAGES, KnowledgePassage, KnowledgeSource, KnowledgeWord

_WRITING_LOCK = 0x6B6E_6F77  # "know": one ingest writes at a time, so that two never deadlock on rows


@dataclass(frozen=True, slots=True)
class StoredSource:
    """What an ingest must know of a source: is it as it should be already?"""

    content_hash: str
    active: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """What is shown of a passage and its source, in the order of ``ranking.SHOWN``."""

    id: UUID
    source_id: UUID
    heading: str
    text: str
    sentences: list[dict[str, Any]]
    retired_at: datetime | None
    kind: str
    title: str
    publisher: str
    url: str | None
    year: int | None
    licence: str | None
    clinical_review: str | None


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A row of a search."""

    passage: StoredPassage
    score: float
    similarity: float | None
    tier: int | None


async def search(
    session: AsyncSession, query: str, vector: Sequence[float] | None, rows: int, kinds: Sequence[str]
) -> list[FoundPassage]:
    """Return up to ``rows`` live passages, best first."""
    if kinds and vector is not None:
        # With a filter the index must go on until enough rows pass it (pgvector, "Iterative Index Scans").
        await session.execute(select(func.set_config("hnsw.iterative_scan", "relaxed_order", True)))
    statement = search_statement(with_vector=vector is not None, with_kinds=bool(kinds))
    parameters: dict[str, Any] = {"query": query, "rows": rows}
    if vector is not None:
        parameters["vector"] = list(vector)
    if kinds:
        parameters["kinds"] = list(kinds)
    found = await session.execute(statement, parameters)
    return [FoundPassage(StoredPassage(*row[: len(SHOWN)]), *row[len(SHOWN) :]) for row in found]


async def passage(session: AsyncSession, passage_id: UUID) -> StoredPassage | None:
    """Return a passage with its source, retired or not."""
    statement = (
        select(*SHOWN)
        .join(KnowledgeSource, KnowledgeSource.id == KnowledgePassage.source_id)
        .where(KnowledgePassage.id == passage_id)
    )
    row = (await session.execute(statement)).one_or_none()
    return StoredPassage(*row) if row else None


async def sources(session: AsyncSession, after: str | None, limit: int) -> list[tuple[KnowledgeSource, int]]:
    """Return sources by key, with how many passages search can find of each."""
    live = (
        select(func.count())
        .where(KnowledgePassage.source_id == KnowledgeSource.id, KnowledgePassage.retired_at.is_(None))
        .scalar_subquery()
    )
    statement = select(KnowledgeSource, live).order_by(KnowledgeSource.key).limit(limit)
    if after is not None:
        statement = statement.where(KnowledgeSource.key > after)
    return [(source, count) for source, count in (await session.execute(statement))]


async def stored_sources(session: AsyncSession, ids: Iterable[UUID], model_id: str) -> dict[UUID, StoredSource]:
    """Return what is stored of these sources; complete means every live passage has a vector of ``model_id``."""
    without_vector = (
        select(KnowledgePassage.id)
        .where(
            KnowledgePassage.source_id == KnowledgeSource.id,
            KnowledgePassage.retired_at.is_(None),
            KnowledgePassage.embedding_model.is_distinct_from(model_id),
        )
        .exists()
    )
    statement = select(KnowledgeSource.id, KnowledgeSource.content_hash, KnowledgeSource.status, without_vector).where(
        KnowledgeSource.id.in_(list(ids))
    )
    rows = await session.execute(statement)
    return {row[0]: StoredSource(row[1], row[2] == "active", not row[3]) for row in rows}


async def embedded_passages(session: AsyncSession, ids: Iterable[UUID], model_id: str) -> set[UUID]:
    """Return which of these passages are stored with a vector of ``model_id``."""
    statement = select(KnowledgePassage.id).where(
        KnowledgePassage.id.in_(list(ids)), KnowledgePassage.embedding_model == model_id
    )
    return set((await session.execute(statement)).scalars())


async def live_passages(session: AsyncSession, source_ids: Sequence[UUID]) -> set[UUID]:
    """Return the passages of these sources that search can find."""
    statement = select(KnowledgePassage.id).where(
        KnowledgePassage.source_id.in_(source_ids), KnowledgePassage.retired_at.is_(None)
    )
    return set((await session.execute(statement)).scalars())


async def lock_writing(session: AsyncSession) -> None:
    """Wait for other ingests' transactions; released at the end of this one."""
    await session.execute(select(func.pg_advisory_xact_lock(_WRITING_LOCK)))


async def store(
    session: AsyncSession,
    documents: Sequence[Document],
    vectors: Mapping[UUID, Any],
    model_id: str,
    now: datetime,
) -> tuple[int, int]:
    """Write documents; return how many passages were added or brought back, and how many retired.

    ``vectors`` holds the new vectors by passage id; a passage that isn't in it keeps the one it has.
    """
    await _write_sources(session, documents, now)
    current = {passage.id for document in documents for passage in document.passages}
    before = await live_passages(session, [document.id for document in documents])
    await _retire_passages(session, before - current, now)
    rows = [
        _passage_row(document, passage, now)
        | {"embedding": vectors.get(passage.id), "embedding_model": model_id if passage.id in vectors else None}
        for document in documents
        for passage in document.passages
    ]
    # One statement for rows with a vector, one for rows without: they differ in what a conflict updates.
    await _write_passages(session, [row for row in rows if row["embedding"] is not None], with_vectors=True)
    await _write_passages(session, [row for row in rows if row["embedding"] is None], with_vectors=False)
    return len(current - before), len(before - current)


async def retire_sources(session: AsyncSession, ids: Sequence[UUID], now: datetime) -> int:
    """Take sources out of search, with all passages; return how many passages that were."""
    await session.execute(
        update(KnowledgeSource).where(KnowledgeSource.id.in_(ids)).values(status="retired", updated_at=now)
    )
    retired = await session.execute(
        update(KnowledgePassage)
        .where(KnowledgePassage.source_id.in_(ids), KnowledgePassage.retired_at.is_(None))
        .values(retired_at=now)
        .returning(KnowledgePassage.id)
    )
    return len(retired.scalars().all())


async def words_are_counted(session: AsyncSession) -> bool:
    """Return whether the words' frequencies stand for as many passages as there are."""
    live = select(func.count()).select_from(KnowledgePassage).where(KnowledgePassage.retired_at.is_(None))
    counted = select(KnowledgeWord.passages).where(KnowledgeWord.word == ALL_PASSAGES)
    same = select(live.scalar_subquery() == func.coalesce(counted.scalar_subquery(), 0))
    return bool((await session.execute(same)).scalar_one())


async def count_words(session: AsyncSession) -> None:
    """Make the words' frequencies anew from the live passages; about a second for 20,000 of them."""
    await lock_writing(session)
    live = "SELECT tsv FROM knowledge_passages WHERE retired_at IS NULL"
    counted = func.ts_stat(live).table_valued("word", "ndoc", "nentry")
    total = select(func.count()).select_from(KnowledgePassage).where(KnowledgePassage.retired_at.is_(None))
    rows = union_all(
        select(counted.c.word, counted.c.ndoc),
        select(literal(ALL_PASSAGES), total.scalar_subquery()),
    )
    await session.execute(delete(KnowledgeWord))
    await session.execute(insert(KnowledgeWord).from_select(["word", "passages"], rows))


async def source_ids(session: AsyncSession, *, kind: str | None = None, key: str | None = None) -> set[UUID]:
    """Return the active sources of a kind, or the one with a key."""
    statement = select(KnowledgeSource.id).where(KnowledgeSource.status == "active")
    if kind is not None:
        statement = statement.where(KnowledgeSource.kind == kind)
    if key is not None:
        statement = statement.where(KnowledgeSource.key == key)
    return set((await session.execute(statement)).scalars())


async def _write_sources(session: AsyncSession, documents: Sequence[Document], now: datetime) -> None:
    statement = insert(KnowledgeSource)
    fields = ("title", "publisher", "kind", "url", "year", "licence", "version", "clinical_review")
    updated = (*fields, "content_hash", "status", "updated_at")
    statement = statement.on_conflict_do_update(
        index_elements=[KnowledgeSource.id], set_={name: statement.excluded[name] for name in updated}
    )
    rows = [
        {name: getattr(document.head, name) for name in fields}
        | {"id": document.id, "key": document.head.key, "content_hash": document.content_hash}
        | {"status": "active", "created_at": now, "updated_at": now}
        for document in documents
    ]
    await session.execute(statement, rows)


async def _retire_passages(session: AsyncSession, ids: set[UUID], now: datetime) -> None:
    if ids:
        await session.execute(update(KnowledgePassage).where(KnowledgePassage.id.in_(ids)).values(retired_at=now))


def _passage_row(document: Document, passage: Passage, now: datetime) -> dict[str, Any]:
    return {
        "id": passage.id,
        "source_id": document.id,
        "ordinal": passage.ordinal,
        "heading": passage.heading,
        "text": passage.text,
        "sentences": [sentence.as_json() for sentence in passage.sentences],
        "content_hash": passage.content_hash,
        "retired_at": None,
        "created_at": now,
    }


async def _write_passages(session: AsyncSession, rows: list[dict[str, Any]], *, with_vectors: bool) -> None:
    if not rows:
        return
    statement = insert(KnowledgePassage)
    # The id stands for the content: only place, life and vector can differ.
    updated = ["ordinal", "retired_at", *(["embedding", "embedding_model"] if with_vectors else [])]
    statement = statement.on_conflict_do_update(
        index_elements=[KnowledgePassage.id], set_={name: statement.excluded[name] for name in updated}
    )
    await session.execute(statement, rows)
