"""What people say about alerts: acknowledged, silenced. Each act is an event of the audit."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID

from bedside.kit.ids import new_id
from bedside.ops.alerts import repository
from bedside.ops.alerts.book import Rules
from bedside.ops.alerts.schemas import Acknowledge, AlertView, NewSilence, SilenceView
from bedside.ops.alerts.states import Event, State, next_state
from bedside.ops.alerts.tables import AlertEvent, AlertRow, AlertSilence
from bedside.ops.alerts.views import alert_view, silence_view
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, Conflict, NotFound
from bedside.platform.runtime import Runtime

LONGEST_ACKNOWLEDGEMENT = timedelta(days=7)
LONGEST_SILENCE = timedelta(days=30)


async def acknowledge(ctx: Context, runtime: Runtime, alert_id: UUID, said: Acknowledge) -> AlertView:
    """Say that somebody has an alert in hand. Raises Forbidden, NotFound, Conflict, BadInput for its expiry."""
    ctx.require(Permission.RUN_PROCEDURES)
    row = await _locked(ctx, alert_id)
    now = await repository.database_now(ctx.session)
    _require_ahead(said.expires_at, now, LONGEST_ACKNOWLEDGEMENT, "An acknowledgement")
    row.state = next_state(State(row.state), Event.ACKNOWLEDGE).value
    row.version += 1
    row.changed_at, row.level_seconds = now, 0.0
    row.acknowledged_by, row.acknowledged_by_name = ctx.actor.id, acting_name(ctx.actor)
    row.acknowledged_reason, row.acknowledged_until = said.reason, said.expires_at
    row.silenced_reason = None
    ctx.session.add(
        AlertEvent(
            alert_id=row.id,
            version=row.version,
            at=now,
            event=Event.ACKNOWLEDGE.value,
            state=row.state,
            level=row.level,
            value=row.value,
            reason=said.reason,
            by_id=ctx.actor.id,
            by_name=acting_name(ctx.actor),
        )
    )
    ctx.record("alert.acknowledge", "alert", ids=[row.id], fields=[row.rule], content={"reason": said.reason})
    ctx.notify("alerts")
    return alert_view(row, runtime.part(Rules).book)


async def create_silence(ctx: Context, runtime: Runtime, asked: NewSilence) -> SilenceView:
    """Silence a rule, a part or everything for a time. Raises Forbidden, NotFound for a rule, BadInput."""
    ctx.require(Permission.RUN_PROCEDURES)
    book = runtime.part(Rules).book
    if asked.rule is not None and asked.part is not None:
        raise BadInput("A silence is for a rule, for a part, or for everything; not for a rule and a part.")
    if asked.rule is not None and book.rule(asked.rule) is None:
        raise NotFound("There is no such rule; `bedside alerts rules` shows them.")
    parts = {rule.part for rule in book.rules}
    if asked.part is not None and asked.part not in parts:
        raise NotFound(f"No rule is about such a part; there are {', '.join(sorted(parts))}.")
    now = await repository.database_now(ctx.session)
    starts_at = max(asked.starts_at or now, now)
    _require_ahead(asked.ends_at, starts_at, LONGEST_SILENCE, "A silence")
    row = AlertSilence(
        id=new_id(),
        created_at=now,
        rule=asked.rule,
        part=asked.part,
        starts_at=starts_at,
        ends_at=asked.ends_at,
        reason=asked.reason,
        created_by=ctx.actor.id,
        created_by_name=acting_name(ctx.actor),
    )
    ctx.session.add(row)
    await ctx.session.flush()
    scope = asked.rule or asked.part or "everything"
    ctx.record("alert.silence", "alert_silence", ids=[row.id], fields=[scope], content={"reason": asked.reason})
    ctx.notify("alerts")
    return silence_view(row, now)


async def end_silence(ctx: Context, silence_id: UUID) -> None:
    """End a silence, or cancel one that is to come. Raises Forbidden, NotFound."""
    ctx.require(Permission.RUN_PROCEDURES)
    row = await repository.silence(ctx.session, silence_id)
    now = await repository.database_now(ctx.session)
    if row is None or row.ended_at is not None or row.ends_at <= now:
        raise NotFound("There is no such silence; it may be over.")
    row.ended_at, row.ended_by_name = now, acting_name(ctx.actor)
    ctx.record("alert.unsilence", "alert_silence", ids=[row.id], fields=[row.rule or row.part or "everything"])
    ctx.notify("alerts")


async def find(ctx: Context, name: str) -> UUID:
    """Return the alert that is meant: by its id, the id's beginning, or its rule while that is open.

    Raises NotFound, Conflict where a beginning means several.
    """
    open_ = await repository.open_alerts(ctx.session)
    by_rule = [row.id for row in open_ if row.rule == name]
    if by_rule:
        return by_rule[0]
    beginning = name.lower().replace("-", "")
    found = await repository.by_beginning(ctx.session, beginning) if re.fullmatch("[0-9a-f]{4,32}", beginning) else []
    if not found:
        raise NotFound("There is no such alert; `bedside alerts list` shows them.")
    if len(found) > 1:
        raise Conflict("Several alerts begin so; give more of the id.")
    return found[0]


def acting_name(actor: Actor) -> str:
    """Return how people read who acted."""
    return actor.operator or actor.name or actor.role.value.title()


async def _locked(ctx: Context, alert_id: UUID) -> AlertRow:
    row = await repository.alert(ctx.session, alert_id, lock=True)
    if row is None:
        raise NotFound("There is no such alert; alerts that are over are kept for ALERT_RETENTION_DAYS.")
    return row


def _require_ahead(moment: datetime, after: datetime, longest: timedelta, what: str) -> None:
    if not after < moment <= after + longest:
        raise BadInput(f"{what} ends after it begins, and at most {longest.days} days later.")
