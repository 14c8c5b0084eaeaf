"""Identifiers, hashes, lengths of time."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bedside.kit.clock import in_words
from bedside.kit.crypto import canonical_json, commit, leaf_hash, token_hash
from bedside.kit.durations import parse_duration
from bedside.kit.ids import new_id


def test_ids_are_version_7_and_sort_by_time() -> None:
    made = [new_id() for _ in range(200)]
    assert all(i.version == 7 for i in made)
    assert made == sorted(made)
    assert len(set(made)) == 200


def test_leaf_hash_of_the_empty_leaf() -> None:
    # RFC 9162, section 2.1.1: HASH(0x00 || d); this value is the known one for an empty leaf.
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_commitment_depends_on_the_salt_and_not_on_the_order_of_keys() -> None:
    assert commit(b"s", {"a": 1, "b": 2}) == commit(b"s", {"b": 2, "a": 1})
    assert commit(b"s", {"a": 1}) != commit(b"t", {"a": 1})
    assert canonical_json({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


def test_token_hash_is_sha256() -> None:
    assert token_hash("abc") == hashlib.sha256(b"abc").digest()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30m", timedelta(minutes=30)), ("24h", timedelta(days=1)), (" 7D ", timedelta(days=7)), ("2w", timedelta(14))],
)
def test_durations(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "24", "h", "0h", "-1h", "1y", "9999999h", "999999w", "1h30m", "\uff11h", "1h'; DROP"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="length of time"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (UTC, "Monday 5 January, 08:00 UTC"),
        (timezone(timedelta(hours=3), "+03"), "Monday 5 January, 08:00 UTC+03"),
        (timezone(timedelta(hours=1), "CET"), "Monday 5 January, 08:00 CET"),
    ],
)
def test_a_moment_in_words_names_its_zone(zone: timezone, said: str) -> None:
    assert in_words(datetime(2026, 1, 5, 8, tzinfo=zone)) == said
