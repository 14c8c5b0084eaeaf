"""What an operator's pages need to show something: a past of checks and requests, jobs that failed and that wait."""

from __future__ import annotations

from tests.support.house import House

HOSTILE = "<img src=x onerror=window.__broken=1>"
"""What somebody may type as a name."""


def give_a_past(house: House) -> None:
    """A day of checks with trouble and a gap in it, and an hour of requests. Safe to run again."""
    house.sql(
        "INSERT INTO check_results (name, checked_at, part, status, evidence, response_time_ms)"
        " SELECT part || '.past', now() - n * interval '10 minutes', part,"
        "  CASE WHEN part = 'db' AND n BETWEEN 40 AND 42 THEN 'down'"
        "   WHEN part = 'disk' AND n BETWEEN 90 AND 99 THEN 'degraded' ELSE 'healthy' END,"
        "  CASE WHEN part = 'db' AND n BETWEEN 40 AND 42 THEN 'No answer within 2 s.' ELSE 'As it should be.' END,"
        "  4 + n %% 7"
        " FROM generate_series(0, 143) AS n, unnest(ARRAY['db', 'disk', 'worker']) AS part"
        " WHERE NOT (part = 'worker' AND n BETWEEN 60 AND 80)"
        " AND NOT EXISTS (SELECT FROM check_results)"
    )
    house.sql(
        "INSERT INTO traffic_minutes"
        " SELECT date_trunc('minute', now()) - n * interval '1 minute', route, gen_random_uuid(),"
        "  60 + (n * 7) %% 40, n %% 5, CASE WHEN n IN (12, 13) THEN 6 ELSE 0 END,"
        "  array_fill(0, ARRAY[8]) || ARRAY[30 + n %% 9, 20, 8, 4, 2, 1] || array_fill(0, ARRAY[20])"
        " FROM generate_series(3, 55) AS n, unnest(ARRAY['', 'GET /api/worklist']) AS route"
        " WHERE n NOT BETWEEN 30 AND 34 AND NOT EXISTS (SELECT FROM traffic_minutes WHERE requests > 50)"
    )
    house.sql(
        "INSERT INTO samples"
        " SELECT name, label, width,"
        "  to_timestamp(floor(extract(epoch FROM now()) / width) * width) - n * width * interval '1 second',"
        "  30 + (n * 7) %% 20, 55, 1"
        " FROM generate_series(0, 100) AS n, unnest(ARRAY[60, 900, 7200]) AS width,"
        "  (VALUES ('disk.used', ''), ('requests.p95', ''), ('conversations', 'begun'), ('conversations', 'waiting'))"
        "   AS known (name, label)"
        " WHERE n NOT BETWEEN 20 AND 24 AND NOT EXISTS (SELECT FROM samples WHERE greatest = 55)"
    )
