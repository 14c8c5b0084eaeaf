"""Rows of alerts as people are told of them."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from bedside.notify.schemas import Severity
from bedside.ops.alerts.rules import Escalation, Rule, RuleBook
from bedside.ops.alerts.schemas import (
    AlertChange,
    AlertView,
    AnyState,
    EscalationView,
    LevelView,
    RuleView,
    SilenceView,
)
from bedside.ops.alerts.tables import AlertEvent, AlertRow, AlertSilence
from bedside.ops.alerts.telling import level_of


def alert_view(row: AlertRow, book: RuleBook) -> AlertView:
    rule = book.rule(row.rule)
    level = level_of(rule, row.level) if rule and row.fired_at else None
    in_hand = row.state == "acknowledged"
    return AlertView(
        id=row.id,
        rule=row.rule,
        title=row.title,
        part=row.part,
        severity=Severity(row.severity),
        state=cast("AnyState", row.state),
        told=row.told,
        remedy=rule.remedy if rule else None,
        procedure=rule.procedure if rule else None,
        value=row.value,
        began_at=row.created_at,
        fired_at=row.fired_at,
        changed_at=row.changed_at,
        resolved_at=row.resolved_at,
        level=row.level + 1 if level else None,
        level_title=level.title if level else None,
        acknowledged_by=row.acknowledged_by_name if in_hand else None,
        acknowledged_reason=row.acknowledged_reason if in_hand else None,
        acknowledged_until=row.acknowledged_until if in_hand else None,
        silenced_reason=row.silenced_reason,
    )


def change_view(row: AlertEvent) -> AlertChange:
    return AlertChange(
        at=row.at,
        event=row.event,
        state=row.state,
        level=row.level + 1,
        value=row.value,
        reason=row.reason,
        by=row.by_name,
    )


def silence_view(row: AlertSilence, now: datetime) -> SilenceView:
    return SilenceView(
        id=row.id,
        rule=row.rule,
        part=row.part,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason,
        created_by=row.created_by_name,
        active=row.starts_at <= now < row.ends_at,
    )


def rule_view(rule: Rule) -> RuleView:
    return RuleView(
        name=rule.name,
        title=rule.title,
        part=rule.part,
        severity=rule.severity,
        condition=rule.condition.words,
        for_seconds=rule.hold.total_seconds(),
        resolve_for_seconds=rule.resolve_hold.total_seconds(),
        channels=list(rule.channels),
        escalation=rule.escalation.name if rule.escalation else None,
        remedy=rule.remedy,
        procedure=rule.procedure,
        source=rule.source,
        unavailable=rule.unavailable,
    )


def escalation_view(escalation: Escalation) -> EscalationView:
    return EscalationView(
        name=escalation.name,
        levels=[
            LevelView(
                title=level.title,
                respond_within_seconds=level.respond_within.total_seconds(),
                resolve_within_seconds=level.resolve_within.total_seconds() if level.resolve_within else None,
                channels=list(level.channels),
                rota=level.rota,
            )
            for level in escalation.levels
        ],
    )
