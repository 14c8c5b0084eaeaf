"""Sources and their passages. No patient data: every role reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pgvector.sqlalchemy import VECTOR
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from bedside.knowledge.embedding import DIMENSIONS
from bedside.platform.database.base import Base, Row

TSV = "setweight(to_tsvector('english', heading), 'A') || setweight(to_tsvector('english', text), 'B')"
LIVE = "retired_at IS NULL"
ALL_PASSAGES = ""
"""The row of knowledge_words that counts all passages: no word is empty."""


class KnowledgeSource(Row, Base):
    """A document: a guidance topic, an article, an answered question. ``id`` follows from ``key``."""

    __tablename__ = "knowledge_sources"

    key: Mapped[str]
    title: Mapped[str]
    publisher: Mapped[str]
    kind: Mapped[str]
    url: Mapped[str | None]
    year: Mapped[int | None]
    licence: Mapped[str | None]
    version: Mapped[str | None]
    clinical_review: Mapped[str | None]
    content_hash: Mapped[str]
    status: Mapped[str]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("status IN ('active', 'retired')", name="status_known"),
    )


class KnowledgePassage(Row, Base):
    """A run of whole sentences. Never deleted, only retired: a stored citation must stay readable.

    ``sentences`` holds ``start``, ``end`` (characters of ``text``) and ``citations`` of each sentence.
    """

    __tablename__ = "knowledge_passages"

    source_id: Mapped[UUID] = mapped_column(ForeignKey("knowledge_sources.id"))
    ordinal: Mapped[int]
    heading: Mapped[str]
    text: Mapped[str]
    sentences: Mapped[list[dict[str, Any]]]
    content_hash: Mapped[str]
    retired_at: Mapped[datetime | None]
    tsv: Mapped[Any] = mapped_column(TSVECTOR, Computed(TSV, persisted=True), nullable=True, deferred=True)
    embedding: Mapped[Any] = mapped_column(VECTOR(DIMENSIONS), nullable=True, deferred=True)
    embedding_model: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(embedding IS NULL) = (embedding_model IS NULL)", name="embedding_has_model"),
        Index(None, "source_id", "ordinal"),
        Index("ix_knowledge_passages_tsv", "tsv", postgresql_using="gin", postgresql_where=sa.text(LIVE)),
        Index(
            "ix_knowledge_passages_embedding",
            "embedding",
            postgresql_using="hnsw",
            postgresql_ops={"embedding": "vector_cosine_ops"},
            postgresql_where=sa.text(LIVE),
        ),
    )


class KnowledgeWord(Base):
    """In how many live passages a word's stem occurs: what makes rare words count for more. Made anew by ingest."""

    __tablename__ = "knowledge_words"

    word: Mapped[str] = mapped_column(primary_key=True)
    passages: Mapped[int]
