"""Typed text loses what is invisible and keeps its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.text import beginning, clean_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  my chest hurts \n", "my chest hurts"),
        ("ch\u200best p\u00adain", "chest pain"),
        ("ch\u200cest\u200d pain", "chest pain"),
        ("\u202eniap tsehc\u202c", "niap tsehc"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("tab\tstays", "tab\tstays"),
        ("cafe\u0301", "café"),
        ("\ud800lone", "lone"),
        ("\ufeffbom", "bom"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),  # Persian, with its non-joiner
        ("👩\u200d🍼 pregnant", "👩\u200d🍼 pregnant"),
        ("\u200b\u2060\u202e", ""),
        ("", ""),
    ],
)
def test_what_is_kept(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_always_encodes(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("short", "short"),
        ("ten letter", "ten letter"),
        ("a  b\n c", "a b c"),
        ("eleven chars", "eleven…"),
        ("a endlessword", "a endless…"),
        ("abcdefghi jkl", "abcdefghi…"),
    ],
)
def test_how_a_text_begins(text: str, shown: str) -> None:
    assert beginning(text, 10) == shown


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_a_beginning_is_one_line_and_never_longer(text: str, longest: int) -> None:
    shown = beginning(text, longest)
    assert len(shown) <= longest
    assert " ".join(text.split()).startswith(shown.removesuffix("…"))
