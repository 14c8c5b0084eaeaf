"""Access tokens: only Bedside's own, of this moment, for this use."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from bedside.identity.access_tokens import AUDIENCE, ISSUER, AccessTokens
from bedside.identity.settings import IdentitySettings
from bedside.platform.access.actor import Role
from bedside.platform.errors import NotSignedIn

KEY, OTHER_KEY = "k" * 40, "o" * 40
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ACCOUNT, SESSION = uuid4(), uuid4()


def tokens(key: str = KEY, previous: str | None = None) -> AccessTokens:
    return AccessTokens(
        IdentitySettings(
            jwt_secret_key=SecretStr(key), jwt_previous_secret_key=SecretStr(previous) if previous else None
        )
    )


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def forged(header: dict[str, Any], claims: dict[str, Any], key: str = KEY) -> str:
    body = f"{encoded(header)}.{encoded(claims)}"
    signature = hmac.new(key.encode(), body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def good_header() -> dict[str, Any]:
    head = tokens().issue(ACCOUNT, SESSION, Role.NURSE, NOW).split(".")[0]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head + "=="))
    return decoded


def good_claims(**changes: Any) -> dict[str, Any]:
    at = int(NOW.timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(ACCOUNT),
        "sid": str(SESSION),
        "jti": "1",
        "iat": at,
        "exp": at + 60,
    }
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def test_a_token_says_who_and_by_which_sign_in() -> None:
    claims = tokens().read(tokens().issue(ACCOUNT, SESSION, Role.NURSE, NOW), NOW + timedelta(minutes=14))
    assert (claims.account_id, claims.session_id) == (ACCOUNT, SESSION)


def test_the_forger_of_this_file_can_make_a_good_token() -> None:
    assert tokens().read(forged(good_header(), good_claims()), NOW).account_id == ACCOUNT


def test_a_token_ends() -> None:
    token = tokens().issue(ACCOUNT, SESSION, Role.NURSE, NOW)
    with pytest.raises(NotSignedIn, match="expired"):
        tokens().read(token, NOW + timedelta(minutes=15, seconds=6))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS512"},
        {"alg": "RS256"},
        {"alg": "HS256", "kid": "0000000000000000"},
        {"alg": "HS256", "kid": None},
        {"alg": "HS256", "kid": {"a": 1}},
        {"alg": "HS256", "kid": "../../etc/passwd"},
        {"alg": "HS256", "crit": ["b64"], "b64": False},
        {"alg": 256},
        {},
    ],
)
def test_a_forged_header_is_refused(header: dict[str, Any]) -> None:
    kept = {} if "kid" in header else {"kid": good_header()["kid"]}
    with pytest.raises(NotSignedIn):
        tokens().read(forged({**kept, **header}, good_claims()), NOW)


def test_a_key_that_comes_with_its_token_is_not_used() -> None:
    jwk = {"kty": "oct", "k": base64.urlsafe_b64encode(OTHER_KEY.encode()).decode().rstrip("=")}
    with pytest.raises(NotSignedIn):
        tokens().read(forged({**good_header(), "jwk": jwk}, good_claims(), OTHER_KEY), NOW)


def test_an_unsigned_token_is_refused() -> None:
    head, body, _ = forged({**good_header(), "alg": "none"}, good_claims()).split(".")
    for token in (f"{head}.{body}.", f"{head}.{body}"):
        with pytest.raises(NotSignedIn):
            tokens().read(token, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "somebody"},
        {"aud": "bedside-enrolment"},
        {"aud": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("nan")},
        {"iat": int(NOW.timestamp()) + 3600},
        {"sub": None},
        {"sub": "not a uuid"},
        {"sub": 7},
        {"sid": None},
        {"sid": ["x"]},
        {"jti": None},
    ],
)
def test_signed_claims_that_are_not_ours_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        tokens().read(forged(good_header(), good_claims(**change)), NOW)


def test_a_changed_token_is_refused() -> None:
    head, _, signature = tokens().issue(ACCOUNT, SESSION, Role.PATIENT, NOW).split(".")
    with pytest.raises(NotSignedIn):
        tokens().read(f"{head}.{encoded(good_claims(role='admin'))}.{signature}", NOW)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "x" * 100_000, "é.é.é", "\x00", "null", "." * 2000, "[" * 900]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(NotSignedIn):
        tokens().read(token, NOW)


def test_another_key_is_refused_until_it_is_the_previous_one() -> None:
    token = tokens(OTHER_KEY).issue(ACCOUNT, SESSION, Role.NURSE, NOW)
    with pytest.raises(NotSignedIn):
        tokens().read(token, NOW)
    assert tokens(KEY, previous=OTHER_KEY).read(token, NOW).session_id == SESSION


def test_an_enrolment_token_serves_for_nothing_else() -> None:
    enrolment = tokens().issue_enrolment(ACCOUNT, NOW)
    assert tokens().read_enrolment(enrolment, NOW) == ACCOUNT
    with pytest.raises(NotSignedIn):
        tokens().read(enrolment, NOW)
    with pytest.raises(NotSignedIn):
        tokens().read_enrolment(tokens().issue(ACCOUNT, SESSION, Role.NURSE, NOW), NOW)
    with pytest.raises(NotSignedIn):
        tokens().read_enrolment(enrolment, NOW + timedelta(minutes=11))
