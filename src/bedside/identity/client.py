"""The sign-in endpoints, as ``bedside login`` and ``logout`` call them."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from bedside.platform.cli.client import call, problem

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_ENROLMENT_NEEDED = "second-factor-enrolment-required"
_CODE_NEEDED = "second-factor-required"


class SignInClient:
    """Calls one Bedside without a sign-in. Its methods raise Unavailable when nothing answers, ApiError on refusal."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=_TIMEOUT, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._http.close()

    def sign_in(self, form: dict[str, str]) -> tuple[dict[str, Any] | None, str | None]:
        """Return the tokens; or None with an enrolment token, or with None when a code is needed."""
        answer = call(self._http, "POST", "/api/auth/token", data=form)
        if answer.is_success:
            granted: dict[str, Any] = answer.json()
            return granted, None
        document = _document(answer)
        if document.get("code") == _CODE_NEEDED and "totp" not in form:
            return None, None
        if document.get("code") == _ENROLMENT_NEEDED:
            return None, str(document["enrolment_token"])
        raise problem(answer)

    def offer_second_factor(self, enrolment_token: str) -> dict[str, Any]:
        """Return a secret, its address and recovery codes."""
        offer: dict[str, Any] = self._post("/api/auth/second-factor", enrolment_token).json()
        return offer

    def confirm_second_factor(self, enrolment_token: str, code: str) -> None:
        """Put the second factor in force."""
        self._post("/api/auth/second-factor/confirm", enrolment_token, {"code": code})

    def set_password(self, link_token: str, password: str) -> None:
        """Set a new password by a one-time link's token."""
        answer = call(self._http, "POST", "/api/auth/reset", json={"token": link_token, "password": password})
        if not answer.is_success:
            raise problem(answer)

    def revoke(self, refresh_token: str) -> None:
        """End the sign-in of a refresh token."""
        call(self._http, "POST", "/api/auth/revoke", json={"token": refresh_token})

    def _post(self, path: str, token: str, body: dict[str, str] | None = None) -> httpx.Response:
        answer = call(self._http, "POST", path, json=body, headers={"Authorization": f"Bearer {token}"})
        if not answer.is_success:
            raise problem(answer)
        return answer


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
