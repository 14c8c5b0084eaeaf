"""Moments as operators type them: in the service's time zone where they name none."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bedside.platform.errors import BadInput


def parse_moment(text: str, zone_name: str) -> datetime:
    """Return the moment that ``2026-11-29 02:00`` stands for in the zone, or with an offset where it has one.

    Raises BadInput for anything else, and for an hour that the clocks leave out. One that they repeat is the first.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            "A moment is written like 2026-11-29 02:00, or with its offset: 2026-11-29T02:00+01:00."
        ) from None
    if len(text.strip()) <= len("2026-11-29"):
        raise BadInput("A moment needs its time, too: 2026-11-29 02:00.")
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    zone = ZoneInfo(zone_name)
    local = moment.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise BadInput(f"The clocks of {zone_name} leave that moment out; choose another.")
    return local.astimezone(UTC)
