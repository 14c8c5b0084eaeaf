"""The pages' cookies: out of scripts' reach, never sent by other sites' requests."""

from __future__ import annotations

from fastapi import Request, Response

from bedside.identity.schemas import SessionAnswer, Tokens
from bedside.identity.settings import IdentitySettings
from bedside.platform.config.core import ServerSettings
from bedside.platform.config.load import Settings
from bedside.platform.errors import Forbidden
from bedside.platform.http.dependencies import ACCESS_COOKIE, CSRF_HEADER, CSRF_VALUE

REFRESH_COOKIE = "bedside_refresh"
REFRESH_PATH = "/api/auth"
HINT_COOKIE = "bedside_signed_in"
"""Tells the pages that somebody may be signed in, so that they ask who. It opens nothing, so scripts may read it."""


def require_page(request: Request) -> None:
    """Raise Forbidden when a request that uses or sets cookies lacks the header which only our pages can send."""
    if request.headers.get(CSRF_HEADER) != CSRF_VALUE:
        raise Forbidden(f"A request that uses the sign-in cookies must carry {CSRF_HEADER}: {CSRF_VALUE}.")


def set_cookies(response: Response, settings: Settings, tokens: Tokens) -> SessionAnswer:
    """Put the tokens into cookies and return what is left to say."""
    secure = settings.get(ServerSettings).force_https
    response.set_cookie(
        ACCESS_COOKIE, tokens.access_token, max_age=tokens.expires_in, secure=secure, httponly=True, samesite="strict"
    )
    whole = settings.get(IdentitySettings).sign_in_hours * 3600
    response.set_cookie(
        REFRESH_COOKIE,
        tokens.refresh_token,
        max_age=whole,
        path=REFRESH_PATH,
        secure=secure,
        httponly=True,
        samesite="strict",
    )
    response.set_cookie(HINT_COOKIE, "1", max_age=whole, secure=secure, samesite="strict")
    return SessionAnswer(expires_in=tokens.expires_in)


def clear_cookies(response: Response, settings: Settings) -> None:
    """Make the browser forget the sign-in."""
    secure = settings.get(ServerSettings).force_https
    for name, path in ((ACCESS_COOKIE, "/"), (REFRESH_COOKIE, REFRESH_PATH), (HINT_COOKIE, "/")):
        response.delete_cookie(name, path=path, secure=secure, httponly=name != HINT_COOKIE, samesite="strict")
