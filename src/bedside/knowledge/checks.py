"""Whether everything that is kept is found: vectors, and the index over them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, cast, column, func, or_, select, table
from sqlalchemy.dialects.postgresql import REGCLASS

from bedside.knowledge.embedding import MODEL_ID
from bedside.knowledge.tables import KnowledgePassage, KnowledgeSource
from bedside.platform.access.actor import Actor
from bedside.platform.checks import NEEDS_DATABASE, Check, Condition, Finding, Health
from bedside.platform.runtime import Runtime

INDEX = "ix_knowledge_passages_embedding"


async def _vectors(runtime: Runtime) -> Finding:
    live = KnowledgePassage.retired_at.is_(None)
    query = select(
        func.count().filter(live).label("live"),
        func.count().filter(live, KnowledgePassage.embedding_model.is_(None)).label("without"),
        func.count().filter(live, KnowledgePassage.embedding_model != MODEL_ID).label("foreign"),
    ).select_from(KnowledgePassage)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        found: Any = (await ctx.session.execute(query)).one()
    bad = found.without + found.foreign
    return Finding(
        status=Health.DEGRADED if bad else Health.HEALTHY,
        evidence=f"Of {found.live} passages {found.without} have no vector, {found.foreign} one of another model.",
        value=float(bad),
        threshold=1.0,
        conditions=[
            Condition(name="passages without a vector", value=str(found.without), threshold="0", ok=not found.without),
            Condition(name="vectors of another model", value=str(found.foreign), threshold="0", ok=not found.foreign),
        ],
    )


async def _orphans(runtime: Runtime) -> Finding:
    retired_source = and_(KnowledgePassage.retired_at.is_(None), KnowledgeSource.status == "retired")
    query = (
        select(func.count())
        .select_from(KnowledgePassage)
        .outerjoin(KnowledgeSource, KnowledgeSource.id == KnowledgePassage.source_id)
        .where(or_(KnowledgeSource.id.is_(None), retired_source), KnowledgePassage.embedding_model.is_not(None))
    )
    async with runtime.unit_of_work(Actor.system()) as ctx:
        count = (await ctx.session.execute(query)).scalar_one()
    return Finding(
        status=Health.DEGRADED if count else Health.HEALTHY,
        evidence=f"{count} vectors belong to no source that is in use.",
        value=float(count),
        threshold=1.0,
        conditions=[Condition(name="orphan vectors", value=str(count), threshold="0", ok=not count)],
    )


async def _index(runtime: Runtime) -> Finding:
    indexes = table("pg_index", column("indexrelid"), column("indisvalid"), column("indisready"))
    query = select(and_(indexes.c.indisvalid, indexes.c.indisready)).where(
        indexes.c.indexrelid == cast(func.to_regclass(INDEX), REGCLASS)
    )
    async with runtime.database.engine.connect() as connection:
        valid: bool | None = (await connection.execute(query)).scalar_one_or_none()
    state = "is not there" if valid is None else "is valid" if valid else "is not valid"
    return Finding(
        status=Health.HEALTHY if valid else Health.DEGRADED,
        evidence=f"The index over the vectors {state}; without it each search reads every passage.",
        sql=[] if valid else [f"REINDEX INDEX CONCURRENTLY {INDEX};"] if valid is False else [],
        conditions=[Condition(name="vector index", value=state, threshold="is valid", ok=bool(valid))],
    )


_INGEST = "Ingest the sources again (bedside knowledge ingest): what has no vector gets one."

CHECKS: tuple[Check, ...] = (
    Check(
        "knowledge",
        "Passages' vectors",
        _vectors,
        _INGEST,
        name="knowledge.vectors",
        needs=NEEDS_DATABASE,
        period=timedelta(minutes=5),
    ),
    Check(
        "knowledge",
        "Orphan vectors",
        _orphans,
        "Retire the source once more (bedside knowledge retire), so that its passages are no longer found.",
        name="knowledge.orphans",
        needs=NEEDS_DATABASE,
        period=timedelta(minutes=5),
    ),
    Check(
        "knowledge",
        "Vector index",
        _index,
        "Build it anew: bedside maintenance run --tasks reindex; where it is not there, see bedside db migrate.",
        name="knowledge.index",
        needs=NEEDS_DATABASE,
        period=timedelta(minutes=5),
    ),
)
