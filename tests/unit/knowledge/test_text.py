"""Cleaning and sentence finding."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.knowledge.parsing.prose import sentences_of
from bedside.knowledge.parsing.text import clean, split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Drink <b>water</b>.</p>", "Drink water."),
        ("Fish &amp; chips &#39;n&#39; peas", "Fish & chips 'n' peas"),
        ("a<script>alert('x')</script>b", "a b"),
        ("one<br>two", "one\ntwo"),
        ("a\u202eb\u200bc\u00add", "abcd"),
        ("tab\tand\u00a0space", "tab and space"),
        ("keeps < and > in 5 < 6 > 4", "keeps < and > in 5 < 6 > 4"),
        ("e\u0301", "\u00e9"),
        ("\r\na\rb", "a\nb"),
        ("", ""),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text())
def test_clean_leaves_no_control_or_format_characters(text: str) -> None:
    left = clean(text)
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"} for c in left if c != "\n")


@pytest.mark.parametrize(
    "hostile", ["<" * 200_000, "<a " * 80_000, "<script>" * 30_000, "<!--" * 60_000, ". " * 200_000]
)
def test_hostile_markup_takes_linear_time(hostile: str) -> None:
    started = time.perf_counter()
    sentences_of(clean(hostile))
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rest. Drink water.", ["Rest.", "Drink water."]),
        ("Take 2.5 mg daily. Stop if ill!", ["Take 2.5 mg daily.", "Stop if ill!"]),
        ("See Dr. Smith at 8 a.m. Monday.", ["See Dr. Smith at 8 a.m. Monday."]),
        ("Use a pain reliever, e.g. Paracetamol. Rest.", ["Use a pain reliever, e.g. Paracetamol.", "Rest."]),
        ("The U.S. Food and Drug Administration. Yes.", ["The U.S. Food and Drug Administration.", "Yes."]),
        ("You need vitamin C. Eat fruit.", ["You need vitamin C.", "Eat fruit."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("no end", ["no end"]),
        ("", []),
        ("...", ["..."]),
    ],
)
def test_split_sentences(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


def test_a_list_stays_with_its_lead_in() -> None:
    found = [s.text for s in sentences_of("Symptoms include:\n- fever\n- cough\n\nSee a doctor. Rest.")]
    assert found == ["Symptoms include:\n- fever\n- cough", "See a doctor.", "Rest."]


def test_a_run_in_list_is_found() -> None:
    found = [s.text for s in sentences_of("Symptoms may include - Being thirsty - Feeling tired. See a doctor.")]
    assert found == ["Symptoms may include\n- Being thirsty\n- Feeling tired.", "See a doctor."]


def test_items_that_are_sentences_stand_alone() -> None:
    found = [s.text for s in sentences_of("- Drink water.\n- Rest at home.")]
    assert found == ["Drink water.", "Rest at home."]


def test_items_that_lost_their_bullets_join_the_lead_in() -> None:
    found = [s.text for s in sentences_of("Get help if:\nYou vomit blood\nYour belly is hard\nOtherwise wait and see.")]
    assert found == ["Get help if:\n- You vomit blood\n- Your belly is hard", "Otherwise wait and see."]
