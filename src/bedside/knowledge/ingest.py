"""Bringing documents into the database, a batch at a time.

Each batch is read, compared, embedded and written on its own, and committed: a run that was cut off is
carried on by running it again, and what is there already costs one look-up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.knowledge import repository
from bedside.knowledge.embedding import MODEL_ID
from bedside.knowledge.parsing.documents import Document, Passage
from bedside.knowledge.parsing.problems import Problem
from bedside.knowledge.schemas import IngestProblem, IngestReport
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.runtime import Runtime

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH_PASSAGES = 128
BATCH_DOCUMENTS = 500
LISTED_PROBLEMS = 100

EmbedPassages = Callable[[Sequence[str]], Awaitable["NDArray[np.float32]"]]


@dataclass(slots=True)
class Ingest:
    """One run. ``embed`` makes vectors; ``known`` holds vectors that need not be made, by content hash."""

    runtime: Runtime
    actor: Actor
    embed: EmbedPassages
    known: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    dry_run: bool = False
    progress: Callable[[IngestReport], None] | None = None
    report: IngestReport = field(default_factory=IngestReport)
    seen: set[UUID] = field(default_factory=set)

    async def run(self, documents: Iterator[Document | Problem]) -> IngestReport:
        """Bring all ``documents`` in. Raises Forbidden, Unavailable."""
        self.actor.require(Permission.MANAGE_KNOWLEDGE)
        self.report.dry_run = self.dry_run
        started = time.monotonic()
        while batch := await asyncio.to_thread(_next_batch, documents):
            await self._take(self._sorted_out(batch))
            self.report.seconds = round(time.monotonic() - started, 3)
            if self.progress is not None:
                self.progress(self.report)
        await self._count_words()
        self.report.seconds = round(time.monotonic() - started, 3)
        return self.report

    async def _count_words(self) -> None:
        if self.dry_run:
            return
        changed = self.report.passages_added + self.report.passages_retired > 0
        async with self.runtime.unit_of_work(self.actor) as ctx:
            # A run that was cut off after its last batch has left old counts.
            if changed or not await repository.words_are_counted(ctx.session):
                await repository.count_words(ctx.session)

    def _sorted_out(self, batch: list[Document | Problem]) -> list[Document]:
        documents: list[Document] = []
        for one in batch:
            if isinstance(one, Problem):
                self._add_problem(one)
            elif one.id in self.seen:
                self._add_problem(Problem(one.head.key, None, "Another document of this run has the same id."))
            else:
                self.seen.add(one.id)
                documents.append(one)
        return documents

    def _add_problem(self, problem: Problem) -> None:
        if len(self.report.problems) < LISTED_PROBLEMS:
            self.report.problems.append(IngestProblem(file=problem.file, line=problem.line, message=problem.message))
        else:
            self.report.problems_left_out += 1

    async def _take(self, documents: list[Document]) -> None:
        if not documents:
            return
        async with self.runtime.unit_of_work(self.actor) as ctx:
            stored = await repository.stored_sources(ctx.session, (one.id for one in documents), MODEL_ID)
            due = [one for one in documents if not _is_current(one, stored.get(one.id))]
            ids = [passage.id for one in due for passage in one.passages]
            embedded = await repository.embedded_passages(ctx.session, ids, MODEL_ID) if due else set()
            live = await repository.live_passages(ctx.session, [one.id for one in due]) if due else set()
        added = sum(1 for one in due if one.id not in stored)
        self.report.sources_read += len(documents)
        self.report.sources_added += added
        self.report.sources_changed += len(due) - added
        self.report.sources_unchanged += len(documents) - len(due)
        to_embed = [passage for one in due for passage in one.passages if passage.id not in embedded]
        if self.dry_run:
            self._count(len(to_embed), len(set(ids) - live), len(live - set(ids)))
        elif due:
            vectors = await self._vectors(to_embed)
            self._count(len(vectors), *await self._write(due, vectors))

    def _count(self, embedded: int, added: int, retired: int) -> None:
        self.report.passages_embedded += embedded
        self.report.passages_added += added
        self.report.passages_retired += retired

    async def _vectors(self, passages: Sequence[Passage]) -> dict[UUID, Any]:
        vectors: dict[UUID, Any] = {
            passage.id: self.known[passage.content_hash] for passage in passages if passage.content_hash in self.known
        }
        rest = [passage for passage in passages if passage.id not in vectors]
        if rest:
            made = await self.embed([passage.embedded_text for passage in rest])
            vectors.update(zip((passage.id for passage in rest), made, strict=True))
        return vectors

    async def _write(self, documents: list[Document], vectors: dict[UUID, Any]) -> tuple[int, int]:
        async with self.runtime.unit_of_work(self.actor) as ctx:
            await repository.lock_writing(ctx.session)
            counts = await repository.store(ctx.session, documents, vectors, MODEL_ID, ctx.now())
            ctx.record("knowledge.ingest", "knowledge_source", ids=[one.id for one in documents])
        return counts


def _is_current(document: Document, stored: repository.StoredSource | None) -> bool:
    return stored is not None and stored.active and stored.complete and stored.content_hash == document.content_hash


def _next_batch(documents: Iterator[Document | Problem]) -> list[Document | Problem]:
    batch: list[Document | Problem] = []
    passages = 0
    for one in documents:
        batch.append(one)
        passages += len(one.passages) if isinstance(one, Document) else 0
        if passages >= BATCH_PASSAGES or len(batch) >= BATCH_DOCUMENTS:
            break
    return batch
