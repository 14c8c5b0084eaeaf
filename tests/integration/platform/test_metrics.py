"""Nothing that a stranger sends becomes a label, and so the number of series stays what it is."""

from __future__ import annotations

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bedside.bootstrap.jobs import JOBS as DECLARED
from bedside.platform.errors import BedsideError
from bedside.platform.metrics import REGISTRY

PLANTED = "quackenbush"
ALLOWED = {
    "method",
    "endpoint",
    "status",
    "level",
    "model_type",
    "outcome",
    "job",
    "check",
    "version",
    "le",
    "generation",
}
PLATFORM = {"implementation", "major", "minor", "patchlevel"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "OTHER"}


def series(http: httpx.Client) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    families = text_string_to_metric_families(http.get("/metrics").text)
    return {(s.name, tuple(sorted(s.labels.items()))) for family in families for s in family.samples}


def visit(http: httpx.Client, number: int) -> None:
    """Send what differs each time wherever something can differ."""
    word = f"{PLANTED}{number}"
    http.get(f"/{word}/{word}?{word}={word}", headers={"user-agent": word, "x-forwarded-for": word, word: word})
    http.get(f"/api/conversations/{word}", headers={"authorization": f"Bearer {word}", "x-request-id": word})
    http.get(f"/health/{word}")
    http.get(f"/api/{word}", headers={"cookie": f"bedside_access={word}", "traceparent": word})
    http.request("PROPFIND", f"/api/{word}")
    http.request("TRACE", f"/api/auth/{word}")
    http.post(f"/api/auth/token?{word}", data={"username": word, "password": word, word: word})
    http.post("/api/auth/refresh", json={word: word})
    http.post(f"/api/users/{word}/disable", content=word, headers={"content-type": f"text/{word}"})
    http.get("/api/monitoring/series", params={"name": word, "range": word})


def test_series_stay_bounded_whatever_comes(http: httpx.Client) -> None:
    for number in range(3):
        visit(http, number)
    http.get("/metrics")
    before = series(http)
    for number in range(3, 43):
        visit(http, number)
    after = series(http)
    assert after - before == set(), "forty more strangers are counted in the series that were there"
    labels = {label for _, pairs in after for label in pairs}
    assert not [pair for pair in labels if PLANTED in str(pair).casefold()]
    assert {name for name, _ in labels} <= ALLOWED | PLATFORM
    assert {value for name, value in labels if name == "method"} <= METHODS
    # Other tests of this process have jobs of their own, which the registry remembers.
    jobs = {value for name, value in labels if name == "job" and not value.startswith("test.")}
    assert jobs <= {job.name for job in DECLARED}


def test_a_sign_in_is_counted_by_how_it_ended(http: httpx.Client) -> None:
    def count(outcome: str) -> float:
        return REGISTRY.get_sample_value("sign_ins_total", {"outcome": outcome}) or 0.0

    known = {kind.code for kind in _all(BedsideError)}
    before = count("sign-in-failed")
    http.post("/api/auth/token", data={"username": "nobody@example.org", "password": PLANTED})
    outcomes = {s.labels["outcome"] for f in REGISTRY.collect() if f.name == "sign_ins" for s in f.samples}
    assert outcomes <= known | {"succeeded", "fault"}
    assert count("sign-in-failed") + sum(count(other) for other in known) > before


def _all(kind: type[BedsideError]) -> list[type[BedsideError]]:
    return [kind, *(one for sub in kind.__subclasses__() for one in _all(sub))]


@pytest.mark.parametrize("name", ["http_request_duration_seconds", "database_query_duration_seconds"])
def test_a_histogram_tells_what_took_how_long(http: httpx.Client, name: str) -> None:
    http.get("/ready")
    http.get("/ready")
    found = [s for s in REGISTRY.collect() if s.name == name]
    buckets = [s for family in found for s in family.samples if s.name.endswith("_bucket")]
    assert {b.labels["le"] for b in buckets} >= {"0.005", "0.1", "1.0", "+Inf"}
    assert max(b.value for b in buckets) > 0
