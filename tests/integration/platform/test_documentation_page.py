"""``/api/docs`` in a closed network: everything it needs comes from here, and no script stands in the page."""

from __future__ import annotations

import re

import httpx


def test_the_page_asks_nobody_else_and_everything_it_names_is_here(http: httpx.Client) -> None:
    page = http.get("/api/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text), "an inline script, which the policy forbids"
    named = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert len(named) == 3
    for path in named:
        answer = http.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].partition(";")[0] in {"text/css", "text/javascript"}
    start = http.get("/api/docs/start.js").text
    schema = re.search(r'url: "([^"]+)"', start)
    assert schema is not None
    assert http.get(schema[1]).json()["info"]["title"] == "Bedside"
    assert "SwaggerUIBundle" in http.get("/api/docs/assets/swagger-ui-bundle.js").text


def test_its_policy_lets_scripts_come_from_here_alone(http: httpx.Client) -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in http.get("/api/docs").headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert "http" not in "".join(policy.values())


def test_no_other_file_is_served(http: httpx.Client) -> None:
    for path in ("../__init__.py", "%2e%2e/core.py", "..%2f..%2fcore.py", ""):
        assert http.get(f"/api/docs/assets/{path}").status_code == 404
    assert http.post("/api/docs").status_code == 405
    assert http.post("/api/docs").headers["allow"] == "GET"


def test_problems_name_parameters_as_people_know_them(http: httpx.Client) -> None:
    answer = http.post("/api/auth/register", json={"display_name": "A"})
    assert answer.status_code == 422
    assert "body." not in answer.json()["detail"]
    assert "login: " in answer.json()["detail"]
