"""What is accepted as a password, and how one is compared."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from bedside.identity import passwords
from bedside.identity.errors import PasswordRefused
from bedside.identity.passwords import check_password, hash_password, needs_rehash, verify_password

CONTEXT = ("ana.silva", "Ana Silva", "Mercy Hospital")


@pytest.mark.parametrize(
    "password",
    ["seven quiet herons wade", "Täglich ein Apfel!", "кот ушёл в лес", "7f:Qz!pL2wX9", "🦩🐢🦔🐝🦉🐳🐙🦊🐻🐼🐸🐵"],
)
def test_a_good_password_is_accepted(password: str) -> None:
    check_password(password, shortest=12, context=CONTEXT)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "at least 12"),
        ("elevenchars", "at least 12"),
        ("x" * 257, "repeated|at most 256"),
        ("seven quiet herons wade " * 20, "at most 256"),
        ("aaaaaaaaaaaa", "repeated"),
        ("abababababab", "repeated"),
        ("abcdefghijklmnop", "in order"),
        ("zyxwvutsrqponm", "in order"),
        ("Password123456!", "lists"),
        ("qwertyuiop2026", "lists"),
        ("bedside-sample", "lists"),
        ("1qaz2wsx3edc", "lists"),
        ("\uff30\uff21\uff33\uff33\uff37\uff2f\uff32\uff24password", "lists"),
        ("ana.silva is here", "login"),
        ("my mercy for you", "name"),
        ("all the hospitals", "name"),
    ],
)
def test_a_poor_password_is_refused_with_what_to_do(password: str, why: str) -> None:
    with pytest.raises(PasswordRefused, match=why):
        check_password(password, shortest=12, context=CONTEXT)


async def test_the_hash_is_argon2id_salted_and_holds_no_password() -> None:
    first, second = await hash_password("seven quiet herons wade"), await hash_password("seven quiet herons wade")
    assert first != second
    assert extract_parameters(first).type is Type.ID
    assert "herons" not in first
    assert await verify_password(first, "seven quiet herons wade")
    assert not await verify_password(first, "seven quiet herons wadE")
    assert not needs_rehash(first)


async def test_unicode_forms_of_one_password_are_the_same() -> None:
    stored = await hash_password("Zoe\u0308 trinkt Kaffee")
    assert await verify_password(stored, "Zo\u00eb trinkt Kaffee")
    assert not await verify_password(stored, "\ud800")


@pytest.mark.parametrize("stored", [None, "", "nonsense", "$argon2id$v=19$m=1,t=1,p=1$broken", "$2b$12$abcdefghij"])
async def test_nobodys_hash_matches_nothing(stored: str | None) -> None:
    assert not await verify_password(stored, "")
    assert not await verify_password(stored, "seven quiet herons wade")


async def test_nobody_costs_what_somebody_does() -> None:
    decoy, real = extract_parameters(passwords._DECOY), extract_parameters(await hash_password("x"))
    assert decoy == real


def test_an_old_hash_is_due_for_renewal() -> None:
    assert needs_rehash("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43)
