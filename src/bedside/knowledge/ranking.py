"""The search statement: two rankings, fused, in one round trip.

Words are ranked by PostgreSQL's cover density, meaning by the cosine of the embeddings through an HNSW index.
Reciprocal rank fusion adds 1 / (60 + position) over both (Cormack, Clarke and Buettcher, SIGIR 2009): it needs
no scale that the two share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY

from bedside.knowledge.tables import KnowledgePassage, KnowledgeSource

FUSION_CONSTANT = 60
CANDIDATES = 40
"""Length of each ranking; also the default of hnsw.ef_search, which bounds what the index can give."""

_P = KnowledgePassage
_ENGLISH = literal_column("'english'::regconfig", REGCONFIG)
# Divide by the length's logarithm: long passages hold more words by chance.
_NORMALISE = 1


def search_statement(query: str, vector: Sequence[float] | None, rows: int, kinds: Sequence[str]) -> Select[Any]:
    """Return the statement that yields ``rows`` passages with score, similarity and text tier, best first.

    ``query`` is plain text: PostgreSQL's own parsers turn it into search terms, whatever it holds.
    """
    words = _by_words(query, kinds)
    distance: ColumnElement[Any] = null()
    if vector is None:
        fused = select(words.c.id, words.c.tier, _share(words.c.position).label("score")).subquery("fused")
    else:
        bound: ColumnElement[Any] = bindparam("vector", list(vector), type_=_P.embedding.type)
        distance = _P.embedding.op("<=>", return_type=Float())(bound)
        meaning = _by_meaning(distance, kinds)
        both = words.outerjoin(meaning, words.c.id == meaning.c.id, full=True)
        fused = (
            select(
                func.coalesce(words.c.id, meaning.c.id).label("id"),
                words.c.tier,
                (_share(words.c.position) + _share(meaning.c.position)).label("score"),
            )
            .select_from(both)
            .subquery("fused")
        )
    similarity = null() if vector is None else 1 - distance
    return (
        select(_P, KnowledgeSource, fused.c.score, similarity.label("similarity"), fused.c.tier)
        .join(fused, fused.c.id == _P.id)
        .join(KnowledgeSource, KnowledgeSource.id == _P.source_id)
        .order_by(fused.c.score.desc(), _P.id)
        .limit(rows)
    )


def _share(position: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(1.0 / (FUSION_CONSTANT + position), literal_column("0.0"))


def _found(kinds: Sequence[str]) -> ColumnElement[bool]:
    live = _P.retired_at.is_(None)
    if not kinds:
        return live
    of_kind = select(KnowledgeSource.id).where(KnowledgeSource.kind.in_(kinds))
    return and_(live, _P.source_id.in_(of_kind))


def _by_words(query: str, kinds: Sequence[str]) -> Subquery:
    """Rank by words: passages with all of them first, then, where those are few, passages with some."""
    bound = bindparam("query", query, type_=Text())
    every = func.websearch_to_tsquery(_ENGLISH, bound, type_=TSQUERY)
    # plainto_tsquery quotes each word; only its own operators hold blanks.
    some = cast(func.replace(cast(func.plainto_tsquery(_ENGLISH, bound), Text), " & ", " | "), TSQUERY)
    first = _matches(every, 0, kinds).cte("with_all")
    enough = select(func.count()).select_from(first).scalar_subquery()
    second = _matches(some, 1, kinds).where(enough < CANDIDATES).cte("with_some")
    rest = select(second).where(second.c.id.not_in(select(first.c.id)))
    tiers = union_all(select(first), rest).subquery("tiers")
    position = func.row_number().over(order_by=(tiers.c.tier, tiers.c.rank.desc(), tiers.c.id))
    return select(tiers.c.id, tiers.c.tier, position.label("position")).subquery("words")


def _matches(terms: ColumnElement[Any], tier: int, kinds: Sequence[str]) -> Select[Any]:
    rank = func.ts_rank_cd(_P.tsv, terms, _NORMALISE)
    return (
        select(_P.id, rank.label("rank"), literal(tier).label("tier"))
        .where(_P.tsv.op("@@")(terms), _found(kinds))
        .order_by(rank.desc(), _P.id)
        .limit(CANDIDATES)
    )


def _by_meaning(distance: ColumnElement[Any], kinds: Sequence[str]) -> Subquery:
    nearest = (
        select(_P.id, distance.label("distance"))
        .where(_found(kinds), _P.embedding.is_not(None))
        .order_by(distance)
        .limit(CANDIDATES)
        .subquery("nearest")
    )
    position = func.row_number().over(order_by=(nearest.c.distance, nearest.c.id))
    return select(nearest.c.id, position.label("position")).subquery("meaning")


def text_match(tier: int | None) -> str:
    """Name the tier of a hit."""
    return {0: "all", 1: "some"}.get(-1 if tier is None else tier, "none")
