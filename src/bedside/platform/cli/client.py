"""The API as a signed-in person's commands use it."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

from bedside.platform.cli import tokens
from bedside.platform.errors import BedsideError, NotSignedIn, Unavailable

Http = httpx.Client
Answer = httpx.Response
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)


_PASSED_ON = {"code", "request_id", "safety"}


class ApiError(BedsideError):
    """The server refused; the message is its own."""

    code = "refused"
    title = "The server refused"


class ApiClient:
    """Calls the API with the stored sign-in, which it renews when the access token has run out."""

    def __init__(self) -> None:
        self._tokens = tokens.load()
        self._http = connect(self._tokens.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """GET ``path``; queries that are None are left out. Raises as ``send``."""
        return self.send("GET", path, params={k: v for k, v in query.items() if v is not None})

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """POST ``body`` as JSON. Raises as ``send``."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.send("POST", path, json=body, headers=headers)

    def send(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and return the decoded answer.

        Raises NotSignedIn, Unavailable when the server does not answer, ApiError with the problem's detail.
        """
        answer = self._attempt(method, path, options)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._renew()
            answer = self._attempt(method, path, options)
        if answer.is_success:
            return answer.json() if answer.content else None
        raise problem(answer)

    def _attempt(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        headers = {**options.get("headers", {}), "Authorization": f"Bearer {self._tokens.access_token}"}
        return call(self._http, method, path, **{**options, "headers": headers})

    def _renew(self) -> None:
        answer = call(self._http, "POST", "/api/auth/refresh", json={"refresh_token": self._tokens.refresh_token})
        if not answer.is_success:
            raise NotSignedIn("Your sign-in has ended; run: bedside login LOGIN")
        fresh = answer.json()
        self._tokens = self._tokens.model_copy(
            update={"access_token": fresh["access_token"], "refresh_token": fresh["refresh_token"]}
        )
        tokens.save(self._tokens)


def connect(url: str) -> Http:
    """Return a client of the Bedside at ``url``. Proxies named in the environment are not used."""
    return Http(base_url=url, timeout=_TIMEOUT, trust_env=False)


def call(http: Http, method: str, path: str, **options: Any) -> httpx.Response:
    """Send one request. Raises Unavailable when nothing answers."""
    try:
        return http.request(method, path, **options)
    except httpx.TimeoutException:
        raise Unavailable(f"Bedside at {http.base_url} took too long to answer; try again.") from None
    except httpx.HTTPError:
        raise Unavailable(f"Bedside at {http.base_url} does not answer; is it running? Start it: bedside up") from None


def problem(answer: httpx.Response) -> BedsideError:
    """Return the error that an answer stands for."""
    try:
        document = answer.json()
        detail, extra = str(document["detail"]), {k: v for k, v in document.items() if k in _PASSED_ON}
    except (ValueError, KeyError, TypeError):
        detail, extra = f"The server answered {answer.status_code}.", {}
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return NotSignedIn(detail, **extra)
    return ApiError(detail, **extra)
