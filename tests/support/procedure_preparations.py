"""What each procedure is run on when its dry run is compared with its run. A new procedure adds its preparation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.maintenance import Yard

Prepare = Callable[[Yard], object]


@dataclass(frozen=True)
class Preparation:
    """``prepare`` makes something for the procedure to do; ``acts``: a word of an action that it must then take.

    None where the procedure only looks.
    """

    prepare: Prepare
    acts: str | None
    parameters: dict[str, Any] = field(default_factory=dict)


def _pond(yard: Yard) -> None:
    """A table of which nine rows of ten are dead, and nothing cleans it by itself."""
    yard.as_owner(
        "DROP TABLE IF EXISTS swamp",
        "CREATE TABLE swamp (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, frog bigint NOT NULL,"
        " word text NOT NULL) WITH (autovacuum_enabled = false)",
        "INSERT INTO swamp (frog, word) SELECT n, 'reed ' || n FROM generate_series(1, 3000) n",
        "CREATE INDEX ix_swamp_frog ON swamp (frog)",
        "DELETE FROM swamp WHERE frog % 10 <> 0",
    )


def _leftover(yard: Yard) -> None:
    """An index that a broken-off rebuild left behind."""
    _pond(yard)
    assert yard.leave_a_leftover()


def _old_records(yard: Yard) -> None:
    yard.sql(
        "INSERT INTO traffic_minutes SELECT now() - n * interval '40 days', 'GET /health', gen_random_uuid(), 1, 0, 0,"
        " ARRAY[1] FROM generate_series(0, 3) n"
    )


def _failed_jobs(yard: Yard) -> None:
    yard.sql(
        "WITH failed AS (INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
        " SELECT 'default', 'notify.deliver', 'failed' FROM generate_series(1, 3) RETURNING id)"
        " INSERT INTO procrastinate_events (job_id, type, at) SELECT id, 'failed', now() FROM failed"
    )


PREPARATIONS: Mapping[str, Preparation] = {
    "maintenance.run": Preparation(_pond, "swamp", {"tasks": ["vacuum_analyze", "update_statistics"]}),
    "maintenance.cleanup_old_data": Preparation(_old_records, "ounts of requests"),
    "maintenance.vacuum_analyze": Preparation(_pond, "swamp"),
    "maintenance.update_statistics": Preparation(_pond, "swamp"),
    "maintenance.reindex": Preparation(_leftover, "ix_swamp_frog"),
    "maintenance.optimize_indexes": Preparation(_leftover, "ix_swamp_frog"),
    "maintenance.analyze_bloat": Preparation(_pond, None),
    "jobs.retry_failed": Preparation(_failed_jobs, "notify.deliver"),
    "rounds.daily": Preparation(_pond, "Run maintenance."),
    "rounds.weekly": Preparation(_pond, "Run maintenance."),
    "rounds.monthly": Preparation(_pond, "Run maintenance."),
    # Looks and asks; what it runs by itself is nothing.
    "rounds.quarterly": Preparation(_pond, None),
}
