"""Requests by the minute: what is counted, and what a percentile of it is worth."""

from __future__ import annotations

import random
import statistics

import pytest

from bedside.platform.traffic import ALL_ROUTES, BOUNDS_MS, KEPT_MINUTES, Counts, Traffic, percentile


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000 * 60.0

    def __call__(self) -> float:
        return self.now


def test_a_request_counts_for_its_route_and_for_all() -> None:
    traffic = Traffic(Clock())
    traffic.count("GET", "/api/users", 200, 0.010)
    traffic.count("GET", "/api/users", 404, 0.010)
    traffic.count("POST", "/api/users", 503, 0.010)
    taken = {route: counts for _, route, counts in traffic.taken()}
    assert set(taken) == {ALL_ROUTES, "GET /api/users", "POST /api/users"}
    whole = taken[ALL_ROUTES]
    assert (whole.requests, whole.client_errors, whole.server_errors, sum(whole.latencies)) == (3, 1, 1, 3)


def test_a_minute_without_a_request_is_there_and_one_that_nobody_counted_is_not() -> None:
    clock = Clock()
    traffic = Traffic(clock)
    traffic.taken()
    clock.now += 60 * 3
    traffic.taken()
    minutes = [minute for minute, route, counts in traffic.taken() if route == ALL_ROUTES and counts.requests == 0]
    assert len(minutes) == 2
    assert (minutes[1] - minutes[0]).total_seconds() == 180


def test_how_long_a_stream_was_open_is_no_latency() -> None:
    traffic = Traffic(Clock())
    traffic.count("GET", "/api/events", 200, 300)
    ((_, _, whole), _) = traffic.taken()
    assert (whole.requests, sum(whole.latencies)) == (1, 0)


def test_memory_is_bounded_while_nothing_is_written() -> None:
    clock = Clock()
    traffic = Traffic(clock)
    for _ in range(KEPT_MINUTES + 50):
        traffic.count("GET", "/", 200, 0.001)
        clock.now += 60
    assert len({minute for minute, _, _ in traffic.taken()}) == KEPT_MINUTES


def test_what_was_written_is_forgotten() -> None:
    clock = Clock()
    traffic = Traffic(clock)
    traffic.count("GET", "/", 200, 0.001)
    clock.now += 60
    traffic.count("GET", "/", 200, 0.001)
    newest = max(minute for minute, _, _ in traffic.taken())
    traffic.forget(newest)
    assert {minute for minute, _, _ in traffic.taken()} == {newest}


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_a_percentile_is_at_most_a_fifth_off(share: float) -> None:
    random.seed(4)
    times = [random.lognormvariate(4, 1) for _ in range(5000)]
    counts = Counts()
    for milliseconds in times:
        counts.add(200, milliseconds)
    found = percentile(counts.latencies, share)
    exact = statistics.quantiles(times, n=100)[round(share * 100) - 1]
    assert found == pytest.approx(exact, rel=0.2)


def test_the_edges_of_the_histogram() -> None:
    assert percentile([0] * (len(BOUNDS_MS) + 1), 0.5) is None
    slow = Counts()
    slow.add(200, 10_000_000)
    assert percentile(slow.latencies, 0.99) == BOUNDS_MS[-1]
    instant = Counts()
    instant.add(200, 0)
    assert percentile(instant.latencies, 0.5) == 0.5
