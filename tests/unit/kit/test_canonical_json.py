"""The quick way of writing canonical JSON writes what the reference implementation writes."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.crypto import canonical_json

SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS | TEXT, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5), max_leaves=30
)


@given(VALUES)
def test_it_is_the_reference_s(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        {"b": 1, "a": 2, "A": 3, "": 4},
        {"\ufffd": 1, "\U0001f600": 2, "z": 3},
        ['\x00\x1f\x7f\x80\u2028\u2029"\\/\b\f\n\r\t', "é", "\U0001f600"],
        [1.0, 1e21, 1e-7, -0.0, 0.1, 5e-324],
        [True, False, None, 0, 1],
    ],
)
def test_edges(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, -(2**60), float("nan"), float("inf"), "\ud800", {"k": "\udfff"}, {1: 2}])
def test_what_the_reference_refuses_is_refused(value: Any) -> None:
    with pytest.raises(rfc8785.CanonicalizationError):
        rfc8785.dumps(value)
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical_json(value)
