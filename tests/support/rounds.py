"""Rounds as they are kept, for tests of what people see of them."""

from __future__ import annotations

import json

from bedside.kit.ids import new_id
from tests.support.house import House

HOSTILE = "<b>Little</b> milk | left"
_TOLD = {
    "title": "Backups",
    "who": "administrator",
    "lines": [{"runbook": "A", "line": 1019, "words": "Check backup completion status"}],
    "checks": {"healthy": 2, "degraded": 1, "down": 0},
    "skipped": 1,
    "troubled": [
        {"name": "disk.space", "title": "Disk", "status": "degraded", "evidence": HOSTILE, "remedy": "Make room."}
    ],
    "ran": [
        {
            "procedure": "maintenance.vacuum_analyze",
            "title": "Vacuum and analyze",
            "parameters": {},
            "state": "completed",
            "run_id": "00000000-0000-0000-0000-000000000001",
            "actions": 3,
            "findings": ["12 dead rows."],
            "follow_up": [],
            "failures": [],
        }
    ],
    "figures": ["disk.used"],
    "question": "Was a backup made in the last day?",
    "how": "Look at the backups that your site makes.",
    "waits": "Bedside's own backups.",
}


def give_round(house: House, period: str = "daily", *, days_ago: int = 0, disk: float = 42.0) -> str:
    """A round with an item that asks and one that is well; its id."""
    round_id = str(new_id())
    house.sql(
        "INSERT INTO rounds (id, created_at, period, run_id, performed_by, finished_at, figures)"
        " VALUES (%s, now() - %s * interval '1 day', %s, gen_random_uuid(), 'schedule', now(), %s)",
        round_id,
        days_ago,
        period,
        json.dumps({"disk.used": disk, "checks.degraded": 1}),
    )
    items = (("backups", "attention", _TOLD), ("health", "well", {"title": "System health", "who": "x", "lines": []}))
    for position, (item, state, told) in enumerate(items):
        house.sql(
            "INSERT INTO round_items (round_id, item, position, state, told) VALUES (%s, %s, %s, %s, %s)",
            round_id,
            item,
            position,
            state,
            json.dumps(told),
        )
    return round_id
