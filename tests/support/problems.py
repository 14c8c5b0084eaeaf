"""How a refusal looks: a problem document (RFC 9457) that says what to do and quotes nothing."""

from __future__ import annotations

from typing import Any

import httpx

MARKER = "marmaladeostrich"
"""Stands in what is sent: it must not come back in a problem, nor stand in a log."""


def require_problem(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """Check that an answer is a problem document that quotes nothing; return it."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert len(problem["detail"]) > 10
    assert len(answer.content) < 5000
    assert MARKER not in answer.text
    for word in ("Traceback", "psycopg", "sqlalchemy", 'File "', "SELECT "):
        assert word not in answer.text
    return problem
