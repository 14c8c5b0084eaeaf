"""How the audit log looks in a terminal of 80 columns."""

from __future__ import annotations

from uuid import UUID

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bedside.audit.schemas import AccessSummary, AuditEventOut

_SHORT = 8
_IDS_SHOWN = 2
_NAME_SHOWN = 20


def draw_events(console: Console, events: list[AuditEventOut]) -> None:
    """Draw events, one a row."""
    if not events:
        console.print("No events.")
        return
    table = _table("at (UTC)", "who", last="what")
    for event in events:
        name = event.operator or event.actor_name
        who = name[:_NAME_SHOWN] if name else _short(event.actor_id) if event.actor_id else event.via
        ids = [_short(one) for one in event.entity_ids[:_IDS_SHOWN]]
        more = len(event.entity_ids) - len(ids)
        marks = [*event.flags, *([] if event.outcome == "success" else [event.outcome.upper()])]
        what = [event.action, event.entity, *ids, *([f"and {more} more"] if more else []), *marks]
        table.add_row(f"{event.recorded_at:%Y-%m-%d %H:%M:%S}", Text(f"{event.actor_role} {who}"), Text(" ".join(what)))
    console.print(table)
    console.print(Text("Ids are cut to their last 8 digits; --json has them whole."))


def draw_access(console: Console, rows: list[AccessSummary]) -> None:
    """Draw who reached patient data."""
    if not rows:
        console.print("Nobody reached patient data in that time.")
        return
    table = _table("who", "via", "events", "patients", "denied", "glass", last="last at (UTC)")
    for row in rows:
        table.add_row(
            Text(f"{row.actor_role} {_short(row.actor_id) if row.actor_id else ''}".strip()),
            Text(row.via),
            str(row.events),
            str(row.patients),
            str(row.denied),
            str(row.break_glass),
            f"{row.last_at:%Y-%m-%d %H:%M:%S}",
        )
    console.print(table)
    console.print(Text("glass: uses of break-glass. Ids are cut to their last 8 digits; --json has them whole."))


def _table(*headers: str, last: str) -> Table:
    """Return a table that fits 80 columns: all but the last column keep their words whole."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for header in headers:
        table.add_column(header, no_wrap=True)
    table.add_column(last, overflow="fold")
    return table


def _short(id_: UUID) -> str:
    # The end tells ids apart: a version 7 UUID begins with the time (RFC 9562, section 5.7).
    return str(id_)[-_SHORT:]
