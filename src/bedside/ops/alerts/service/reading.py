"""Reading alerts, their past, silences and rules."""

from __future__ import annotations

from uuid import UUID

from bedside.kit.paging import Page
from bedside.notify.service import deliveries
from bedside.ops.alerts import repository
from bedside.ops.alerts.book import Rules
from bedside.ops.alerts.rules import RuleBook
from bedside.ops.alerts.schemas import AlertDetail, AlertList, AlertView, RuleList, SilenceList
from bedside.ops.alerts.views import alert_view, change_view, escalation_view, rule_view, silence_view
from bedside.ops.maintenance.service import active_window
from bedside.platform.access.actor import Permission
from bedside.platform.access.context import Context
from bedside.platform.errors import BadInput, NotFound, SettingsError
from bedside.platform.runtime import Runtime

_STATES = ("firing", "acknowledged", "silenced", "pending")
_SEVERITIES = ("critical", "warning", "info")


async def list_alerts(ctx: Context, runtime: Runtime) -> AlertList:
    """Return every open alert, the worst first. Raises Forbidden."""
    ctx.require(Permission.VIEW_HEALTH)
    book, problem = _book(runtime)
    rows = await repository.open_alerts(ctx.session)
    views = [alert_view(row, book) for row in rows]
    views.sort(key=lambda v: (_STATES.index(v.state), _SEVERITIES.index(v.severity), v.began_at))
    seen = max((row.seen_at for row in rows), default=None)
    return AlertList(items=views, evaluated_at=seen, problem=problem)


async def history(
    ctx: Context, runtime: Runtime, *, after: str | None, limit: int, rule: str | None
) -> Page[AlertView]:
    """Return alerts that are over, the newest first. Raises Forbidden, BadInput for a cursor that is not ours."""
    ctx.require(Permission.VIEW_HEALTH)
    try:
        before = UUID(after) if after is not None else None
    except ValueError:
        raise BadInput("`after` is not a cursor that this list gave; begin without it.") from None
    rows = await repository.past(ctx.session, before, limit + 1, rule)
    book, _ = _book(runtime)
    more = len(rows) > limit
    return Page(items=[alert_view(row, book) for row in rows[:limit]], next=str(rows[limit - 1].id) if more else None)


async def detail(ctx: Context, runtime: Runtime, alert_id: UUID) -> AlertDetail:
    """Return one alert with its changes and who was told. Raises Forbidden, NotFound."""
    ctx.require(Permission.VIEW_HEALTH)
    row = await repository.alert(ctx.session, alert_id)
    if row is None:
        raise NotFound("There is no such alert; alerts that are over are kept for ALERT_RETENTION_DAYS.")
    links = await repository.messages(ctx.session, alert_id)
    sent = await deliveries(ctx, [link.notification_id for link in links])
    book, _ = _book(runtime)
    return AlertDetail(
        **alert_view(row, book).model_dump(),
        changes=[change_view(event) for event in await repository.events(ctx.session, alert_id)],
        messages=[sent[link.notification_id] for link in links if link.notification_id in sent],
    )


async def list_silences(ctx: Context) -> SilenceList:
    """Return the silences that are on or to come. Raises Forbidden."""
    ctx.require(Permission.VIEW_HEALTH)
    now = await repository.database_now(ctx.session)
    window = await active_window(ctx, now)
    rows = await repository.silences(ctx.session, now)
    return SilenceList(items=[silence_view(row, now) for row in rows], window=window.reason if window else None)


def list_rules(book: RuleBook) -> RuleList:
    """Return the rules of a book, in its order."""
    return RuleList(
        source=book.source,
        items=[rule_view(rule) for rule in book.rules],
        escalations=[escalation_view(escalation) for escalation in book.escalations.values()],
    )


def _book(runtime: Runtime) -> tuple[RuleBook, str | None]:
    """Return the rules, or none and why: what is open can still be read."""
    try:
        return runtime.part(Rules).book, None
    except SettingsError as error:
        return RuleBook("", (), {}), error.message
