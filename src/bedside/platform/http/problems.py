"""Errors as problem details (RFC 9457): a sentence and a request id, never a stack or patient data."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from bedside.platform.errors import BadInput, BedsideError, ExitCode, NotSignedIn, TooLarge, TooManyRequests
from bedside.platform.http.documentation import PATH as DOCUMENTATION

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger(__name__)


class Problem(BaseModel):
    """RFC 9457, section 3.1, with the request's id and a stable code."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(default="about:blank", description="Always about:blank; `code` tells errors apart.")
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None


def problem_body(
    status: int, title: str, detail: str, code: str, extra: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the document for one problem."""
    return {
        **(extra or {}),
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }


def problem_response(
    status: int, title: str, detail: str, code: str, extra: dict[str, Any] | None = None
) -> JSONResponse:
    """Return the response for one problem."""
    return JSONResponse(problem_body(status, title, detail, code, extra), status_code=status, media_type=MEDIA_TYPE)


def too_large(limit: int) -> JSONResponse:
    """Return the answer to a body of over ``limit`` bytes."""
    error = TooLarge(f"A request's body may have {limit} bytes; send less.")
    return problem_response(error.status, error.title, error.message, error.code)


def unexpected() -> JSONResponse:
    """Return the answer to a mistake of Bedside's own."""
    sentence = "Something went wrong; nothing was lost. Quote the request id."
    return problem_response(500, "A fault in Bedside", sentence, "fault")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI ``responses`` for the problems that a route may answer with."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _REFERENCE}}}
        for status in statuses
    }


_WHERE = {"query", "path", "body", "header", "cookie"}
_SIGNED_IN = (401, 403, 429, 503)
_REFERENCE = {"$ref": "#/components/schemas/Problem"}


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem document."""
    app.add_exception_handler(BedsideError, _bedside_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = with_problems(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documentation, "Extending OpenAPI"


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Add to an OpenAPI document the problems that the platform itself answers with, wherever it may."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in document["paths"].values():
        for operation in path.values():
            statuses = set(_SIGNED_IN if operation.get("security") else ())
            statuses |= {413, 422} if "requestBody" in operation else set()
            statuses |= {422} if operation.get("parameters") else set()
            for status, response in documented(*sorted(statuses)).items():
                if status == 422 or str(status) not in operation["responses"]:
                    operation["responses"][str(status)] = response
    return document


async def _bedside_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BedsideError)  # noqa: S101 - registered for this class
    if error.exit_code is ExitCode.FAULT:
        _log.error("fault", exc_info=error)
    response = problem_response(error.status, error.title, error.message, error.code, error.extra)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.extra.get("retry_after", 60))
    if isinstance(error, NotSignedIn):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _validation_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    errors = [_safe(item) for item in error.errors()][:20]
    detail = "; ".join(f"{_named(e['loc'])}: {e['message']}" for e in errors)
    return problem_response(422, "The input is not valid", detail, "bad-input", {"errors": errors})


def _named(loc: Sequence[Any]) -> str:
    """Return a place as people know it: the parameter's name, without where FastAPI found it."""
    known = loc[1:] if len(loc) > 1 and loc[0] in _WHERE else loc
    return ".".join(map(str, known))


def _safe(item: dict[str, Any]) -> dict[str, Any]:
    """Keep where and why, drop ``input`` and ``ctx``: they quote what was sent. Unknown keys too are input."""
    loc: Sequence[Any] = item["loc"]
    if item["type"] == "extra_forbidden":
        loc = (*loc[:-1], "(unknown key)")
    return {
        "loc": [part if isinstance(part, int) else str(part)[:60] for part in loc],
        "message": item["msg"],
    }


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI's own, for a body that is not text
        sentence = "The body can't be read; send what its content type says, JSON in UTF-8."
        return problem_response(BadInput.status, BadInput.title, sentence, BadInput.code)
    phrase = HTTPStatus(error.status_code).phrase
    response = problem_response(error.status_code, phrase, phrase, phrase.lower().replace(" ", "-"))
    response.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(_methods(request.app, request.scope["path"]))
    return response


def _methods(app: FastAPI, path: str) -> list[str]:
    """Return every method of a path; routing knows those of the first route that has the path."""
    found = {"GET"} if path in (DOCUMENTATION, app.openapi_url) else set()
    for template, operations in app.openapi()["paths"].items():
        if compile_path(template)[0].match(path):
            found |= {method.upper() for method in operations}
    return sorted(found)
