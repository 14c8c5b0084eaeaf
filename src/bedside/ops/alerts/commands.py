"""``bedside alerts``: list, show, ack, silence, unsilence, silences, rules, evaluate, test, on-call."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from uuid import UUID

import typer
from pydantic import BaseModel, ValidationError

from bedside.kit.durations import parse_duration
from bedside.notify.schemas import Delivery
from bedside.notify.service import send_test
from bedside.ops.alerts import service, terminal
from bedside.ops.alerts.book import Rules
from bedside.ops.alerts.on_call_commands import app as on_call
from bedside.ops.alerts.prometheus import prometheus_rules
from bedside.ops.alerts.schemas import Acknowledge, AlertDetail, AlertView, EvaluationReport, NewSilence, SilenceView
from bedside.platform.cli.options import DryRunOption, JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import operator, run
from bedside.platform.errors import BadInput, ExitCode, NotFound
from bedside.platform.runtime import Runtime

M = TypeVar("M", bound=BaseModel)

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Alerts.")
app.add_typer(on_call, name="on-call")

ReasonOption = Annotated[str, typer.Option("--reason", help="Why; others read it.")]
ForOption = Annotated[str, typer.Option("--for", metavar="TIME", help="For how long: 30m, 4h, 2d.")]
AlertArgument = Annotated[str, typer.Argument(metavar="ALERT", help="An id, its beginning, or the name of the rule.")]


@app.command("list")
def list_(
    history: Annotated[bool, typer.Option("--history", help="Those that are over, the newest first.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="How many of those that are over.")] = 50,
    json: JsonOption = False,
) -> None:
    """Show open alerts, the worst first; exit 3 when one fires that nobody has in hand."""

    async def read(runtime: Runtime) -> tuple[list[AlertView], str | None]:
        async with runtime.unit_of_work(operator()) as ctx:
            if history:
                return (await service.history(ctx, runtime, after=None, limit=limit, rule=None)).items, None
            found = await service.list_alerts(ctx, runtime)
            return found.items, found.problem

    alerts, problem = run(read)
    if problem:
        say(f"Warning: {problem}")
    emit(alerts, as_json=json, render=lambda console: terminal.alerts(console, alerts))
    if not history and any(alert.state == "firing" for alert in alerts):
        raise typer.Exit(ExitCode.NEEDS_ATTENTION)


@app.command()
def show(alert: AlertArgument, json: JsonOption = False) -> None:
    """Show one alert with its changes and who was told."""

    async def read(runtime: Runtime) -> AlertDetail:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.detail(ctx, runtime, await service.find(ctx, alert))

    found = run(read)
    emit(found, as_json=json, render=lambda console: terminal.detail(console, found))


@app.command()
def ack(
    alert: AlertArgument,
    reason: ReasonOption,
    length: ForOption = "1h",
    json: JsonOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Say that you have an alert in hand; it fires again after that time if it is not over."""

    async def do(runtime: Runtime) -> AlertView:
        async with runtime.unit_of_work(operator()) as ctx:
            alert_id = await service.find(ctx, alert)
            if dry_run:
                return AlertView.model_validate((await service.detail(ctx, runtime, alert_id)).model_dump())
            said = _made(Acknowledge, reason=reason, expires_at=ctx.now() + _length(length))
            return await service.acknowledge(ctx, runtime, alert_id, said)

    _length(length)
    found = run(do)
    if dry_run:
        say(f"Would acknowledge {found.rule} for {length}.")
    emit(found, as_json=json, render=lambda console: terminal.alerts(console, [found]))


@app.command()
def silence(
    reason: ReasonOption,
    rule: Annotated[str | None, typer.Option("--rule", help="One rule.")] = None,
    part: Annotated[str | None, typer.Option("--part", help="The rules about one part.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every rule.")] = False,
    length: ForOption = "1h",
    json: JsonOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Tell nobody of a rule, a part or everything for a time; alerts are still kept."""
    if [rule is not None, part is not None, everything].count(True) != 1:
        raise BadInput("Say what is to be silent: --rule NAME, --part PART or --all.")

    async def do(runtime: Runtime) -> SilenceView:
        async with runtime.unit_of_work(operator()) as ctx:
            asked = _made(NewSilence, rule=rule, part=part, reason=reason, ends_at=ctx.now() + _length(length))
            return await service.create_silence(ctx, runtime, asked)

    _length(length)
    if dry_run:
        say(f"Would silence {rule or part or 'everything'} for {length}.")
        return
    made = run(do)
    emit(made, as_json=json, render=lambda console: terminal.silences(console, [made]))


@app.command()
def silences(json: JsonOption = False) -> None:
    """Show the silences that are on or to come."""

    async def read(runtime: Runtime) -> tuple[list[SilenceView], str | None]:
        async with runtime.unit_of_work(operator()) as ctx:
            found = await service.list_silences(ctx)
            return found.items, found.window

    found, window = run(read)
    if window:
        say(f"A maintenance window is on; everything is silent: {window}")
    emit(found, as_json=json, render=lambda console: terminal.silences(console, found))


@app.command()
def unsilence(
    silence_id: Annotated[UUID, typer.Argument(metavar="SILENCE", help="Its id: bedside alerts silences")],
    dry_run: DryRunOption = False,
) -> None:
    """End a silence, or cancel one that is to come."""

    async def do(runtime: Runtime) -> None:
        async with runtime.unit_of_work(operator()) as ctx:
            if not dry_run:
                await service.end_silence(ctx, silence_id)
            elif silence_id not in [found.id for found in (await service.list_silences(ctx)).items]:
                raise NotFound("There is no such silence; it may be over.")

    run(do)
    say(f"{'Would end' if dry_run else 'Ended'} the silence {silence_id}.")


@app.command()
def rules(
    form: Annotated[Literal["text", "json", "prometheus"], typer.Option("--format", help="How.")] = "text",
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="FILE", help="Read this file instead, without putting it in force."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show the rules; with --format prometheus as a rule file for Prometheus."""

    async def read(runtime: Runtime) -> tuple[object, str]:
        held = runtime.part(Rules)
        book = held.read(check) if check else held.book
        return service.list_rules(book), prometheus_rules(book)

    found, compiled = run(read)
    if form == "prometheus":
        typer.echo(compiled, nl=False)
        return
    emit(found, as_json=json or form == "json", render=lambda console: terminal.rules(console, found))


@app.command()
def evaluate(json: JsonOption = False, dry_run: DryRunOption = False) -> None:
    """Evaluate every rule now, as the worker does each minute; exit 3 when one fires."""

    async def do(runtime: Runtime) -> EvaluationReport:
        return await service.evaluate(runtime, dry_run=dry_run)

    report = run(do)
    emit(report, as_json=json, render=lambda console: terminal.evaluation(console, report))
    if report.firing:
        raise typer.Exit(ExitCode.NEEDS_ATTENTION)


@app.command()
def test(
    channel: Annotated[str, typer.Argument(help="The channel's name in NOTIFY_CHANNELS; `operators` is always there.")],
    json: JsonOption = False,  # noqa: PT028 - a command, not a test
    dry_run: DryRunOption = False,  # noqa: PT028
) -> None:
    """Send a test message through a channel; exit 1 when its receiver does not take it."""
    if dry_run:
        say(f"Would send a test message to {channel}.")
        return

    async def do(runtime: Runtime) -> Delivery:
        return await send_test(runtime, operator(), channel)

    found = run(do)
    emit(found, as_json=json, render=lambda console: terminal.delivery(console, found))
    if found.status != "sent":
        raise typer.Exit(ExitCode.FAILED)


def _length(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise BadInput(f"--for: {error}") from None


def _made(kind: type[M], **values: object) -> M:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadInput(f"{first['loc'][0]}: {first['msg']}.") from None
