"""When an index serves nothing that another does not serve as well: rules over the catalogue's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bedside.platform.database.monitor import Row

# Where a word stood in the statement that made the index says nothing of the index.
_PLACE = re.compile(r" :(?:location|stmt_location|stmt_len|list_start|list_end) -?\d+")
_NOT_NULL = re.compile(r"\{NULLTEST :arg \{VAR [^{}]*?:varattno (\d+) [^{}]*\} :nulltesttype 1 [^{}]*\}")


@dataclass(frozen=True)
class Pair:
    """An index that can go, and the one that does its work."""

    spare: Row
    keeper: Row


def expressions(index: Row) -> str:
    """Return what an index computes, the same for the same expressions."""
    return _PLACE.sub("", index["expressions"])


def predicate(index: Row) -> str:
    """Return the condition of a partial index, the same for the same condition."""
    return _PLACE.sub("", index["predicate"])


def key(index: Row) -> list[tuple[Any, ...]]:
    """Return each key column with its operator class, collation and order."""
    columns = zip(index["columns"], index["classes"], index["collations"], index["orders"], strict=False)
    return list(columns)[: index["keys"]]


def included(index: Row) -> set[int]:
    """Return the columns that an index carries beside its keys."""
    return set(index["columns"][index["keys"] :])


def is_whole(index: Row) -> bool:
    """Tell whether an index is in use as it is: valid, and neither it nor another of its table is being built."""
    return bool(index["is_valid"] and not index["is_building"])


def may_go(index: Row) -> bool:
    """Tell whether nothing but reading depends on an index: no rule, no constraint, no replication, no parent."""
    return not (index["is_unique"] or index["is_constraint"] or index["is_marked"] or index["is_attached"])


def duplicates(indexes: Sequence[Row]) -> list[Pair]:
    """Return indexes that are the same as another of their table; the one that enforces more is kept."""
    whole = [index for index in indexes if is_whole(index)]
    found: list[Pair] = []
    for _, group in _grouped(whole, _same):
        # The strictest first, then the oldest.
        ranked = sorted(group, key=lambda i: (not i["is_constraint"], not i["is_unique"], may_go(i), i["oid"]))
        found += [Pair(spare, ranked[0]) for spare in ranked[1:] if not spare["is_attached"]]
    return [pair for pair in found if _is_spare(pair)]


def overlapping(indexes: Sequence[Row]) -> list[Pair]:
    """Return btree indexes whose columns are the first ones of another's, in the same order and with the same rules."""
    plain = [index for index in indexes if is_whole(index) and index["method"] == "btree" and not index["expressions"]]
    found: list[Pair] = []
    for _, group in _grouped(plain, lambda index: (index["table_oid"], predicate(index))):
        members = list(group)
        for spare in members:
            if not may_go(spare):
                continue
            wider = [other for other in members if _covers(other, spare)]
            if wider:
                found.append(Pair(spare, min(wider, key=lambda index: index["pages"])))
    return found


def serves(index: Row, columns: Sequence[int]) -> bool:
    """Tell whether looking up a foreign key's ``columns`` can use an index: they are its first ones, in any order."""
    if not index["is_valid"] or (index["method"] != "btree" and (index["method"] != "hash" or len(columns) > 1)):
        return False
    if set(index["columns"][: len(columns)]) != set(columns) or index["keys"] < len(columns):
        return False
    if not index["predicate"]:
        return True
    not_null = _NOT_NULL.fullmatch(index["predicate"])
    return not_null is not None and int(not_null[1]) in columns


def _same(index: Row) -> tuple[Any, ...]:
    return (
        index["table_oid"],
        index["method"],
        tuple(key(index)),
        tuple(sorted(included(index))),
        expressions(index),
        predicate(index),
    )


def _is_spare(pair: Pair) -> bool:
    spare, keeper = pair.spare, pair.keeper
    if spare["is_constraint"] and not keeper["is_constraint"]:
        return False
    # NULLS NOT DISTINCT forbids more than a plain unique index.
    return not spare["is_unique"] or (keeper["is_unique"] and keeper["nulls_equal"] == spare["nulls_equal"])


def _covers(wide: Row, narrow: Row) -> bool:
    first = key(narrow)
    return (
        wide["oid"] != narrow["oid"]
        and len(key(wide)) > len(first)
        and key(wide)[: len(first)] == first
        and included(narrow) <= set(wide["columns"])
    )


def _grouped(indexes: Sequence[Row], by: Any) -> Iterator[tuple[Any, Iterator[Row]]]:
    return groupby(sorted(indexes, key=lambda index: repr(by(index))), key=by)
