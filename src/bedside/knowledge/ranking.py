"""The search statement: two rankings, fused, in one round trip.

Words: a passage scores the inverse document frequency of each of the question's words that it holds (Spärck
Jones 1972, smoothed as in BM25), a little more where the word is frequent or in the heading. PostgreSQL's own
ranking knows no frequencies over all passages, and a patient's sentence is mostly common words. Meaning: the
cosine of the embeddings, through an HNSW index. Reciprocal rank fusion adds 1 / (60 + position) over both
(Cormack, Clarke and Buettcher, SIGIR 2009): it needs no scale that the two share.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY

from bedside.knowledge.tables import ALL_PASSAGES, KnowledgePassage, KnowledgeSource, KnowledgeWord

FUSION_CONSTANT = 60
CANDIDATES = 40
"""Length of each ranking; also the default of hnsw.ef_search, which bounds what the index can give."""
MAX_TERMS = 12
MAX_MATCHES = 4_000
"""Words are looked up, the rarest first, while this many passages hold them in all; the rarest one always."""
SCORED = 200

_P = KnowledgePassage
_S = KnowledgeSource
# Columns, not entities: a search is not worth the ORM's keeping track of some twenty rows.
SHOWN = (
    *(_P.id, _P.source_id, _P.heading, _P.text, _P.sentences, _P.retired_at),
    *(_S.kind, _S.title, _S.publisher, _S.url, _S.year, _S.licence, _S.clinical_review),
)
_ENGLISH = literal_column("'english'::regconfig", REGCONFIG)


@cache
def search_statement(*, with_vector: bool, with_kinds: bool) -> Select[Any]:
    """Return the statement that yields passages with score, similarity and text tier, best first.

    Parameters: ``query``, plain text that PostgreSQL's own parsers turn into search terms, whatever it holds;
    ``rows``; ``vector`` and ``kinds`` where asked for. Built once: making and walking it takes longer than
    running it.
    """
    words = _by_words(with_kinds)
    distance: ColumnElement[Any] = null()
    if not with_vector:
        fused = select(words.c.id, words.c.tier, _share(words.c.position).label("score")).subquery("fused")
    else:
        bound: ColumnElement[Any] = bindparam("vector", type_=_P.embedding.type)
        distance = _P.embedding.op("<=>", return_type=Float())(bound)
        meaning = _by_meaning(distance, with_kinds)
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
    similarity = 1 - distance if with_vector else null()
    return (
        select(*SHOWN, fused.c.score, similarity.label("similarity"), fused.c.tier)
        .join(fused, fused.c.id == _P.id)
        .join(KnowledgeSource, KnowledgeSource.id == _P.source_id)
        .order_by(fused.c.score.desc(), _P.id)
        .limit(bindparam("rows", type_=Integer()))
    )


def _share(position: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(1.0 / (FUSION_CONSTANT + position), literal_column("0.0"))


def _found(with_kinds: bool) -> ColumnElement[bool]:
    live = _P.retired_at.is_(None)
    if not with_kinds:
        return live
    of_kind = select(KnowledgeSource.id).where(KnowledgeSource.kind.in_(bindparam("kinds", expanding=True)))
    return and_(live, _P.source_id.in_(of_kind))


def _by_words(with_kinds: bool) -> Subquery:
    """Rank by words. Passages that fulfil the whole query, with its quotes and minus signs, come first."""
    bound = bindparam("query", type_=Text())
    terms = _terms(bound)
    matching = (
        select(_P.id, (1 + func.ts_rank(_P.tsv, terms.c.term)).label("weight"))
        .where(_P.tsv.op("@@")(terms.c.term), _found(with_kinds))
        .lateral("matching")
    )
    score = func.sum(terms.c.rarity * matching.c.weight)
    scored = (
        select(matching.c.id, score.label("score"))
        .select_from(terms.join(matching, true()))
        .group_by(matching.c.id)
        .order_by(score.desc(), matching.c.id)
        .limit(SCORED)
        .subquery("scored")
    )
    whole = func.websearch_to_tsquery(_ENGLISH, bound, type_=TSQUERY)
    tier = case((_P.tsv.op("@@")(whole), 0), else_=1)
    position = func.row_number().over(order_by=(tier, scored.c.score.desc(), scored.c.id))
    return (
        select(scored.c.id, tier.label("tier"), position.label("position"))
        .join(_P, _P.id == scored.c.id)
        .order_by(position)
        .limit(CANDIDATES)
        .subquery("words")
    )


def _terms(query: ColumnElement[str]) -> Subquery:
    """The question's distinct words as search terms with their rarity, the rarest first, bounded."""
    words = func.unnest(func.to_tsvector(_ENGLISH, query)).table_valued("lexeme", "positions", "weights")
    held = func.coalesce(KnowledgeWord.passages, 0)
    total = select(KnowledgeWord.passages).where(KnowledgeWord.word == ALL_PASSAGES)
    everything = func.greatest(func.coalesce(total.scalar_subquery(), 0), held)
    rarer = func.sum(held).over(order_by=(held, words.c.lexeme), rows=(None, -1))
    known = (
        select(
            words.c.lexeme,
            held.label("held"),
            func.ln(1 + (everything - held + 0.5) / (held + 0.5)).label("rarity"),
            func.coalesce(rarer, 0).label("rarer"),
        )
        .select_from(words.outerjoin(KnowledgeWord, KnowledgeWord.word == words.c.lexeme))
        .subquery("known")
    )
    escaped = func.replace(func.replace(known.c.lexeme, "\\", "\\\\"), "'", "''")
    term = cast(func.concat("'", escaped, "'"), TSQUERY)
    return (
        select(term.label("term"), known.c.rarity)
        .where(or_(known.c.rarer + known.c.held <= MAX_MATCHES, known.c.rarer == 0))
        .order_by(known.c.held)
        .limit(MAX_TERMS)
        .subquery("terms")
    )


def _by_meaning(distance: ColumnElement[Any], with_kinds: bool) -> Subquery:
    nearest = (
        select(_P.id, distance.label("distance"))
        .where(_found(with_kinds), _P.embedding.is_not(None))
        .order_by(distance)
        .limit(CANDIDATES)
        .subquery("nearest")
    )
    position = func.row_number().over(order_by=(nearest.c.distance, nearest.c.id))
    return select(nearest.c.id, position.label("position")).subquery("meaning")


def text_match(tier: int | None) -> str:
    """Name the tier of a hit."""
    return {0: "all", 1: "some"}.get(-1 if tier is None else tier, "none")
