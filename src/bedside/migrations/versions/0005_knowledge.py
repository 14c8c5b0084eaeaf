"""Sources and passages with full-text and vector indexes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import VECTOR
from sqlalchemy.dialects import postgresql as pg

from bedside.migrations.rights import enable_row_security, grant, policy

revision = "0005_knowledge"
down_revision = "0004_care"
branch_labels = None
depends_on = None

TSV = "setweight(to_tsvector('english', heading), 'A') || setweight(to_tsvector('english', text), 'B')"
WRITERS = "actor_role() IN ('physician', 'admin', 'system')"


def upgrade() -> None:
    # Made by `bedside db setup`, which may; here for a hospital's own server where the owner role may, too.
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    _sources()
    _passages()
    op.create_table(
        "knowledge_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_knowledge_words"),
    )
    for table in ("knowledge_sources", "knowledge_passages", "knowledge_words"):
        grant(table, app="SELECT, INSERT, UPDATE")
        enable_row_security(table)
        # Anything but a constant would be a security barrier that keeps the full-text index from being used.
        policy(table, f"{table}_read_by_all", command="SELECT", using="true")
        policy(table, f"{table}_added", command="INSERT", check=WRITERS)
        policy(table, f"{table}_changed", command="UPDATE", using=WRITERS, check=WRITERS)
    grant("knowledge_words", app="DELETE")
    policy("knowledge_words", "knowledge_words_removed", command="DELETE", using=WRITERS)


def _sources() -> None:
    op.create_table(
        "knowledge_sources",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("year", sa.Integer()),
        sa.Column("licence", sa.Text()),
        sa.Column("version", sa.Text()),
        sa.Column("clinical_review", sa.Text()),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_sources"),
        sa.UniqueConstraint("key", name="uq_knowledge_sources_key"),
        sa.CheckConstraint("status IN ('active', 'retired')", name=op.f("ck_knowledge_sources_status_known")),
    )


def _passages() -> None:
    op.create_table(
        "knowledge_passages",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sentences", pg.JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.Column("tsv", pg.TSVECTOR(), sa.Computed(TSV, persisted=True)),
        sa.Column("embedding", VECTOR(384)),
        sa.Column("embedding_model", sa.Text()),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_passages"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["knowledge_sources.id"], name="fk_knowledge_passages_source_id_knowledge_sources"
        ),
        sa.CheckConstraint(
            "(embedding IS NULL) = (embedding_model IS NULL)", name=op.f("ck_knowledge_passages_embedding_has_model")
        ),
    )
    live = sa.text("retired_at IS NULL")
    op.create_index("ix_knowledge_passages_source_id_ordinal", "knowledge_passages", ["source_id", "ordinal"])
    op.create_index(
        "ix_knowledge_passages_tsv", "knowledge_passages", ["tsv"], postgresql_using="gin", postgresql_where=live
    )
    op.create_index(
        "ix_knowledge_passages_embedding",
        "knowledge_passages",
        ["embedding"],
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "vector_cosine_ops"},
        postgresql_where=live,
    )
