"""Derived keys, refresh tokens, and that nothing secret shows in a repr."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pydantic import SecretStr

from bedside.identity.keys import IdentityKeys
from bedside.identity.refresh_tokens import new_refresh_token, read_refresh_token
from bedside.identity.schemas import SecondFactorOffer, SignInRequest, Tokens
from bedside.identity.service.sign_in import Attempt
from bedside.platform.errors import NotSignedIn, SettingsError

KEYS = IdentityKeys(b"a" * 32)
OTHER = IdentityKeys(b"b" * 32)


def test_a_sealed_secret_opens_for_its_account_and_key_alone() -> None:
    account = uuid4()
    sealed = KEYS.seal(account, "JBSWY3DPEHPK3PXP")
    assert b"JBSWY3DP" not in sealed
    assert sealed != KEYS.seal(account, "JBSWY3DPEHPK3PXP")
    assert KEYS.unseal(account, sealed) == "JBSWY3DPEHPK3PXP"
    for keys, owner, data in (
        (OTHER, account, sealed),
        (KEYS, uuid4(), sealed),
        (KEYS, account, sealed[:-1]),
        (KEYS, account, sealed[:20]),
    ):
        with pytest.raises(SettingsError, match="IDENTITY_KEY"):
            keys.unseal(owner, data)


def test_purposes_have_keys_of_their_own() -> None:
    assert KEYS.subject("login", "x") != KEYS.subject("address", "x")
    assert KEYS.subject("login", "\ud800") != KEYS.subject("login", "x")


def test_a_refresh_token_says_its_sign_in_and_generation() -> None:
    made = new_refresh_token(KEYS, uuid4(), 7)
    assert read_refresh_token(KEYS, made.text) == made
    assert new_refresh_token(KEYS, made.session_id, 7).text != made.text


def test_a_made_up_refresh_token_is_refused() -> None:
    good = new_refresh_token(KEYS, uuid4(), 1).text
    flipped = good[:10] + ("A" if good[10] != "A" else "B") + good[11:]
    for text in ("", "x", "é" * 20, good[:-4], good + "AAAA", flipped, good * 100, "\x00" * 91, "=" * 91):
        with pytest.raises(NotSignedIn):
            read_refresh_token(KEYS, text)
    with pytest.raises(NotSignedIn):
        read_refresh_token(OTHER, good)


def test_spare_bits_at_the_end_make_no_second_token() -> None:
    good = new_refresh_token(KEYS, uuid4(), 1)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    sibling = good.text[:-1] + alphabet[alphabet.index(good.text[-1]) ^ 1]
    assert read_refresh_token(KEYS, sibling).hash == good.hash


def test_no_repr_shows_a_secret() -> None:
    token = new_refresh_token(KEYS, uuid4(), 1)
    shown = [
        repr(KEYS),
        repr(token),
        repr(Tokens(access_token="planted-1", refresh_token="planted-2", expires_in=1)),
        repr(SignInRequest(username="a@example.org", password=SecretStr("planted-3"), totp=SecretStr("planted-4"))),
        repr(Attempt("a@example.org", "planted-5", "planted-6", "planted-7")),
        repr(SecondFactorOffer(secret="planted-8", address="planted-9", recovery_codes=["planted-0"])),
    ]
    for text in shown:
        assert "planted" not in text
        assert token.text not in text
        assert "aaaa" not in text
