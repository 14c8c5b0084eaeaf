"""Logins have one spelling; names hold nothing that deceives the eye."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.identity.names import LONGEST_LOGIN, clean_name, lookup_login, normalise_login


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        (" Ana@Example.ORG ", "ana@example.org"),
        ("ÄRZTIN@klinik.example", "ärztin@klinik.example"),
        ("a\u0308rztin@klinik.example", "ärztin@klinik.example"),
        ("\uff4e\uff55\uff52\uff53\uff45@example.org", "nurse@example.org"),
        ("ΣΟΦΙΑ@example.gr", "σοφια@example.gr"),
        ("o'brien@example.ie", "o'brien@example.ie"),
    ],
)
def test_a_login_has_one_spelling(typed: str, login: str) -> None:
    assert normalise_login(typed) == login


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "nobody",
        "@example.org",
        "a@",
        "a@b@c",
        "a b@example.org",
        "a,b@example.org",
        "a@example.org>,evil@example.org",
        "a\x00b@example.org",
        "a\u202eb@example.org",
        "a\u200bb@example.org",
        "a\r\nBcc: x@example.org",
        "a\ud800@example.org",
        "x" * LONGEST_LOGIN + "@example.org",
    ],
)
def test_what_is_no_login_is_refused_and_never_found(typed: str) -> None:
    with pytest.raises(ValueError, match="must"):
        normalise_login(typed)
    assert lookup_login(typed) == ""


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing(text: str) -> None:
    login = lookup_login(text)
    assert lookup_login(login) == login
    assert login == login.lower()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Ana   María ", "Ana María"),
        ("\u0646\u06cc\u200c\u0646\u06cc", "\u0646\u06cc\u200c\u0646\u06cc"),
        ("Zoe\u0308", "Zoë"),
        ("李小龙", "李小龙"),
    ],
)
def test_a_name_is_kept_as_people_spell_it(typed: str, name: str) -> None:
    assert clean_name(typed) == name


@pytest.mark.parametrize("typed", ["", "   ", "x" * 121, "a\u202egnp.exe", "a\x07", "a\ud800", "\u2066Ana"])
def test_a_name_that_deceives_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="must"):
        clean_name(typed)
