"""Alerts as a terminal shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bedside.notify.schemas import Delivery
from bedside.ops.alerts.schemas import AlertDetail, AlertView, EvaluationReport, RuleList, ShiftView, SilenceView


def alerts(console: Console, found: Sequence[AlertView]) -> None:
    if not found:
        console.print("No alert.")
        return
    table = Table("id", "severity", "state", "part", "what", "since", "in hand of", "what to do")
    for alert in found:
        table.add_row(
            str(alert.id),
            alert.severity,
            alert.state,
            alert.part,
            escape(f"{alert.title}: {alert.told}"),
            _moment(alert.fired_at or alert.began_at),
            escape(_in_hand(alert)),
            escape(alert.remedy or ""),
        )
    console.print(table)


def detail(console: Console, alert: AlertDetail) -> None:
    alerts(console, [alert])
    changes = Table("at", "event", "state", "level", "value", "by", "reason", title="Changes")
    for change in alert.changes:
        changes.add_row(
            _moment(change.at),
            change.event,
            change.state,
            str(change.level),
            "" if change.value is None else f"{change.value:.4g}",
            escape(change.by or ""),
            escape(change.reason or ""),
        )
    console.print(changes)
    if alert.messages:
        told = Table("at", "channel", "status", "attempts", "error", title="Who was told")
        for message in alert.messages:
            told.add_row(
                _moment(message.created_at),
                message.channel,
                message.status,
                str(message.attempts),
                escape(message.error or ""),
            )
        console.print(told)


def silences(console: Console, found: Sequence[SilenceView]) -> None:
    if not found:
        console.print("No silence.")
        return
    table = Table("id", "what", "from", "until", "on", "by", "reason")
    for silence in found:
        scope = f"rule {silence.rule}" if silence.rule else f"part {silence.part}" if silence.part else "everything"
        table.add_row(
            str(silence.id),
            scope,
            _moment(silence.starts_at),
            _moment(silence.ends_at),
            "yes" if silence.active else "no",
            escape(silence.created_by),
            escape(silence.reason),
        )
    console.print(table)


def rules(console: Console, found: object) -> None:
    assert isinstance(found, RuleList)  # noqa: S101 - what service.list_rules gives
    table = Table("rule", "severity", "condition", "for", "told", "note", title=escape(found.source))
    for rule in found.items:
        told = ", ".join([*rule.channels, *([f"escalation {rule.escalation}"] if rule.escalation else [])])
        note = f"left out: {rule.unavailable}" if rule.unavailable else ""
        table.add_row(rule.name, rule.severity, escape(rule.condition), f"{rule.for_seconds:g} s", told, escape(note))
    console.print(table)


def evaluation(console: Console, report: EvaluationReport) -> None:
    for change in report.changes:
        console.print(escape(change))
    console.print(
        f"{report.rules} rules in {report.took_ms:.0f} ms; {len(report.firing)} fire, {len(report.changes)} changes, "
        f"{report.messages} messages; {report.unavailable} wait for what they look at."
    )


def delivery(console: Console, found: Delivery) -> None:
    error = f" ({found.error})" if found.error else ""
    console.print(escape(f"{found.channel}: {found.status}{error}"))


def shifts(console: Console, found: Sequence[ShiftView]) -> None:
    if not found:
        console.print("Nobody is on call; alerts go to the channels of their rules.")
        return
    table = Table("id", "rota", "who", "channel", "from", "on call")
    for shift in found:
        table.add_row(
            str(shift.id),
            shift.rota,
            escape(shift.who),
            shift.channel,
            f"{shift.local_start} {shift.time_zone}",
            "now" if shift.on_call else "",
        )
    console.print(table)


def _in_hand(alert: AlertView) -> str:
    if alert.acknowledged_by and alert.acknowledged_until:
        return f"{alert.acknowledged_by} until {_moment(alert.acknowledged_until)}: {alert.acknowledged_reason}"
    return f"silent: {alert.silenced_reason}" if alert.state == "silenced" else ""


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")
