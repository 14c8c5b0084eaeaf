"""Windows, holds and retention as a terminal shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bedside.ops.maintenance.schemas import HoldList, HoldView, RetentionReport, WindowList, WindowView


def draw_windows(console: Console, found: WindowList) -> None:
    """Print the windows in the service's own time, and say which that is."""
    if not found.items:
        console.print("No maintenance window is planned.")
        return
    table = _table("id", "state", f"from ({found.time_zone})", "to", "reason", "by")
    for each in found.items:
        ended = each.ended_at or each.ends_at
        table.add_row(
            str(each.id),
            each.state.replace("_", " "),
            _local(each.starts_at, found.time_zone),
            _local(min(ended, each.ends_at), found.time_zone),
            escape(each.reason),
            escape(each.planned_by),
        )
    console.print(table)


def draw_window(console: Console, window: WindowView, time_zone: str, *, dry_run: bool = False) -> None:
    """Print what became of one window."""
    state = "would be planned" if dry_run else window.state.replace("_", " ")
    console.print(
        escape(
            f"Maintenance window {state}: {_local(window.starts_at, time_zone)} to {_local(window.ends_at, time_zone)} "
            f"({time_zone}), {window.reason}" + ("" if dry_run else f"  {window.id}")
        )
    )


def draw_holds(console: Console, found: HoldList) -> None:
    """Print the holds."""
    if not found.items:
        console.print("No legal hold is in force.")
        return
    table = _table("id", "on", "in force", "reason", "placed", "lifted")
    for each in found.items:
        table.add_row(
            str(each.id),
            str(each.patient_id) if each.patient_id else "everything",
            "yes" if each.lifted_at is None else "no",
            escape(each.reason),
            escape(f"{each.placed_at:%Y-%m-%d %H:%M} by {each.placed_by}"),
            escape(f"{each.lifted_at:%Y-%m-%d %H:%M} by {each.lifted_by}: {each.lift_reason}")
            if each.lifted_at
            else "",
        )
    console.print(table)


def draw_hold(console: Console, hold: HoldView) -> None:
    """Print what became of one hold."""
    on = f"the records of patient {hold.patient_id}" if hold.patient_id else "everything"
    verb = "placed on" if hold.lifted_at is None else "lifted from"
    console.print(escape(f"Legal hold {verb} {on}.  {hold.id}"))


def draw_retention(console: Console, found: RetentionReport) -> None:
    """Print what is kept for how long."""
    table = _table("what", "kept", "setting")
    for each in found.items:
        kept = "for good" if each.kept_seconds is None else _length(timedelta(seconds=each.kept_seconds))
        table.add_row(each.title, f"{kept}{', legal hold' if each.held else ''}", each.setting)
    table.add_row("Audit events", "for good", "")
    console.print(table)


def _length(period: timedelta) -> str:
    return f"{period.days} days" if not period.seconds else f"{period.total_seconds() / 3600:g} hours"


def _local(moment: datetime, time_zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
