"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import SecretStr

from bedside.identity.routes.cookies import REFRESH_COOKIE, clear_cookies, require_page, set_cookies
from bedside.identity.schemas import RefreshRequest, RevokeRequest, SessionAnswer, SignInRequest, TokenForm, Tokens
from bedside.identity.service.sessions import refresh, revoke_by_refresh_token, sign_out
from bedside.identity.service.sign_in import Attempt, client_class, sign_in
from bedside.platform.errors import BedsideError, NotSignedIn
from bedside.platform.http.dependencies import ContextDep, RuntimeDep
from bedside.platform.http.problems import documented
from bedside.platform.metrics import SIGN_INS
from bedside.platform.runtime import Runtime

router = APIRouter(prefix="/api/auth", tags=["auth"])


@router.post("/token", responses=documented(400, 401, 413, 422, 429, 503))
async def token(request: Request, runtime: RuntimeDep, form: Annotated[TokenForm, Form()]) -> Tokens:
    """Sign in, and get an access token with a refresh token."""
    return await _sign_in(request, runtime, form)


@router.post("/refresh", responses=documented(400, 401, 403, 409, 413, 422, 503))
async def refresh_tokens(
    request: Request, response: Response, runtime: RuntimeDep, body: RefreshRequest | None = None
) -> Tokens | SessionAnswer:
    """Exchange a refresh token, which works once. Without a body the cookie's is exchanged, for new cookies."""
    if body is not None:
        return await refresh(runtime, body.refresh_token.get_secret_value())
    text = request.cookies.get(REFRESH_COOKIE)
    if not text:
        raise NotSignedIn("Send a refresh token, or sign in.")
    require_page(request)
    return set_cookies(response, runtime.settings, await refresh(runtime, text))


@router.post("/revoke", status_code=204, responses=documented(400, 413, 422, 503))
async def revoke(runtime: RuntimeDep, body: RevokeRequest) -> None:
    """End the sign-in of a refresh token. The answer is the same for what is not one (RFC 7009, section 2.2)."""
    await revoke_by_refresh_token(runtime, body.token.get_secret_value())


@router.post("/session", responses=documented(400, 401, 403, 413, 422, 429, 503))
async def open_session(request: Request, response: Response, runtime: RuntimeDep, body: SignInRequest) -> SessionAnswer:
    """Sign in as the pages do: the tokens go into cookies that scripts can't read."""
    require_page(request)
    return set_cookies(response, runtime.settings, await _sign_in(request, runtime, body))


@router.delete("/session", status_code=204, responses=documented(401, 403, 503))
async def close_session(response: Response, runtime: RuntimeDep, ctx: ContextDep) -> None:
    """Sign out: the sign-in ends, and the cookies with it."""
    await sign_out(ctx)
    clear_cookies(response, runtime.settings)


async def _sign_in(request: Request, runtime: Runtime, form: TokenForm | SignInRequest) -> Tokens:
    attempt = Attempt(
        login=form.username,
        password=form.password.get_secret_value(),
        code=_text(form.totp),
        address=client_address(request),
        client=client_class(request.headers.get("user-agent", "")),
    )
    outcome = "fault"
    try:
        tokens = await sign_in(runtime, attempt)
        outcome = "succeeded"
    except BedsideError as error:
        outcome = error.code  # of a class, so one of few
        raise
    finally:
        SIGN_INS.labels(outcome).inc()
    return tokens


def _text(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def client_address(request: Request) -> str:
    """Return the address that a request came from."""
    return request.client.host if request.client else "unknown"
