"""``bedside token``: ending sign-ins."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from bedside.identity.names import lookup_login
from bedside.identity.schemas import Revoked, SessionView
from bedside.identity.service import accounts, sessions
from bedside.platform.access.context import Context
from bedside.platform.cli.options import DryRunOption, JsonOption, confirm
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import operator, run
from bedside.platform.errors import BadInput
from bedside.platform.runtime import Runtime

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Sign-ins.")


@app.callback()
def group() -> None:
    """Sign-ins."""


@app.command("list")
def list_(
    user: Annotated[str, typer.Option("--user", help="Whose sign-ins: a login.")], json: JsonOption = False
) -> None:
    """List the sign-ins of an account that are in force, with the id that `revoke --session` takes."""

    async def action(runtime: Runtime) -> list[SessionView]:
        async with runtime.unit_of_work(operator()) as ctx:
            found = await accounts.find_account(ctx, lookup_login(user) or user)
            return await sessions.sessions_of(ctx, found.id)

    rows = run(action)
    emit(rows, as_json=json, render=lambda console: _draw(console, rows))


@app.command()
def revoke(
    user: Annotated[str | None, typer.Option("--user", help="End every sign-in of this login.")] = None,
    session: Annotated[str | None, typer.Option("--session", help="End the sign-in with this id.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="End every sign-in there is.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --all: don't ask for confirmation.")] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """End sign-ins: access and refresh tokens stop working at once."""
    if sum((user is not None, session is not None, everybody)) != 1:
        raise BadInput("Say whose: --user LOGIN, --session ID or --all.")
    session_id = _uuid(session) if session else None
    if everybody and not dry_run:
        confirm("revoke", what="Everybody will be signed out.", yes=yes)

    async def action(runtime: Runtime) -> int:
        async with runtime.unit_of_work(operator()) as ctx:
            if dry_run:
                return await _count(ctx, user, session_id)
            if user is not None:
                found = await accounts.find_account(ctx, lookup_login(user) or user)
                return await sessions.revoke_account(ctx, found.id)
            if session_id is not None:
                await sessions.revoke_session(ctx, session_id)
                return 1
            return await sessions.revoke_everybody(ctx)

    ended = run(action)
    if dry_run:
        say(f"Would end {ended} sign-in(s).")
        return
    emit(Revoked(sessions=ended), as_json=json, render=lambda console: console.print(f"Ended {ended} sign-in(s)."))


def _draw(console: Console, rows: list[SessionView]) -> None:
    if not rows:
        console.print("No sign-in is in force.")
    for row in rows:
        console.print(f"{row.id}  {row.client}, last used {row.last_used_at:%Y-%m-%d %H:%M} UTC", soft_wrap=True)


async def _count(ctx: Context, user: str | None, session_id: UUID | None) -> int:
    if user is not None:
        found = await accounts.find_account(ctx, lookup_login(user) or user)
        return len(await sessions.sessions_of(ctx, found.id))
    return await sessions.count_sessions(ctx, session_id)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput("--session must be a sign-in's id, as GET /api/users/{id}/sessions lists them.") from None
