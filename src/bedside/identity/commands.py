"""``bedside user``: accounts, managed by an operator at the host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.table import Table

from bedside.identity.names import lookup_login
from bedside.identity.reading import StdinOption, read_password
from bedside.identity.schemas import AccountFilters, AccountView, NewAccount
from bedside.identity.service import accounts, own_password, second_factor
from bedside.platform.access.actor import Role
from bedside.platform.access.context import Context
from bedside.platform.cli.options import DryRunOption, JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.cli.session import current, operator, run
from bedside.platform.errors import BadInput, Conflict
from bedside.platform.runtime import Runtime

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Accounts.")

LoginArgument = Annotated[str, typer.Argument(metavar="LOGIN", help="The account's e-mail address, or its id.")]
RoleOption = Annotated[str, typer.Option("--role", help="patient, nurse, physician or admin.")]
_PAGE = 200


@app.command()
def create(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="The e-mail address to sign in with.")],
    role: RoleOption,
    name: Annotated[str, typer.Option("--name", help="The person's name, as others see it.")],
    invite: Annotated[bool, typer.Option("--invite", help="Send a link to choose a password.")] = False,
    password_stdin: StdinOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Create an account; its password is asked for."""
    new = _new_account(login=login, role=_role(role), display_name=name)
    if not invite and not dry_run:
        new = new.model_copy(update={"password": read_password(stdin=password_stdin, twice=True)})

    async def action(runtime: Runtime) -> AccountView | None:
        hashed = await accounts.prepare_password(runtime.settings, new.password, login=new.login, name=new.display_name)
        async with runtime.unit_of_work(operator()) as ctx:
            if not dry_run:
                return await accounts.create_account(ctx, new, hashed)
            if await accounts.login_taken(ctx, new.login):
                raise Conflict("An account has this login already.")
            return None

    made = run(action)
    if made is None:
        say(f"Would create {new.login} as {new.role.value}.")
    else:
        _show(made, as_json=json, said=f"Created {made.login} as {made.role.value}.")
        if invite:
            say(f"{_where_the_link_goes()} Whoever has it runs: bedside reset-password")


@app.command("list")
def list_(
    role: Annotated[str | None, typer.Option("--role", help="Only this role.")] = None,
    search: Annotated[str | None, typer.Option("--search", help="Only logins and names that hold this.")] = None,
    disabled: Annotated[bool | None, typer.Option("--disabled/--enabled", help="Only those.")] = None,
    json: JsonOption = False,
) -> None:
    """List accounts, oldest first."""
    wanted = AccountFilters(role=_role(role) if role else None, search=search, disabled=disabled)

    async def action(runtime: Runtime) -> list[AccountView]:
        found: list[AccountView] = []
        after: str | None = None
        while True:
            async with runtime.unit_of_work(operator()) as ctx:
                page = await accounts.list_accounts(ctx, after=after, limit=_PAGE, filters=wanted)
            found.extend(page.items)
            after = page.next
            if after is None:
                return found

    rows = run(action)
    emit(rows, as_json=json, render=lambda console: _draw(console, rows))


@app.command()
def disable(login: LoginArgument, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Keep an account from signing in, and end its sign-ins."""
    _change(login, accounts.disable, "disable", dry_run=dry_run, as_json=json)


@app.command()
def enable(login: LoginArgument, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Let an account sign in again; a lock on its login is lifted."""
    _change(login, accounts.enable, "enable", dry_run=dry_run, as_json=json)


@app.command()
def unlock(login: LoginArgument, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Lift the lock that failed sign-ins put on an account."""
    _change(login, accounts.unlock, "unlock", dry_run=dry_run, as_json=json)


@app.command("role")
def change_role(
    login: LoginArgument, role: RoleOption, dry_run: DryRunOption = False, json: JsonOption = False
) -> None:
    """Give an account another role, at once."""
    new = _role(role)

    def change(ctx: Context, account_id: Any) -> Awaitable[AccountView]:
        return accounts.change_role(ctx, account_id, new)

    _change(login, change, f"make {new.value}", dry_run=dry_run, as_json=json)


@app.command("reset-password")
def reset_password(
    login: LoginArgument,
    link: Annotated[bool, typer.Option("--link", help="Send the owner a link instead of asking here.")] = False,
    password_stdin: StdinOption = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
) -> None:
    """Set an account's password, asked for here, and end its sign-ins."""
    password = None if link or dry_run else read_password(stdin=password_stdin, twice=True)

    async def action(runtime: Runtime) -> AccountView:
        found = await _find(runtime, login)
        if password is not None:
            await own_password.set_password(runtime, operator(), found.login, password.get_secret_value())
        elif link and not dry_run:
            async with runtime.unit_of_work(operator()) as ctx:
                await accounts.order_reset(ctx, found.id)
        return found

    found = run(action)
    what = "send a link to" if link else "set the password of"
    if dry_run:
        say(f"Would {what} {found.login} and end its sign-ins.")
    else:
        _show(found, as_json=json, said=f"Done: {what} {found.login}; its sign-ins have ended.")
        if link:
            say(f"{_where_the_link_goes()} Whoever has it runs: bedside reset-password")


@app.command("reset-second-factor")
def reset_second_factor(login: LoginArgument, dry_run: DryRunOption = False, json: JsonOption = False) -> None:
    """Remove the second factor of somebody who has lost it."""

    async def action(runtime: Runtime) -> AccountView:
        found = await _find(runtime, login)
        if not dry_run:
            await second_factor.reset(runtime, operator(), found.id)
        return found

    found = run(action)
    if dry_run:
        say(f"Would remove the second factor of {found.login}.")
    else:
        _show(found.model_copy(update={"second_factor": False}), as_json=json, said=f"Removed from {found.login}.")


def _change(
    login: str, change: Callable[[Context, Any], Awaitable[AccountView]], verb: str, *, dry_run: bool, as_json: bool
) -> None:
    async def action(runtime: Runtime) -> AccountView:
        found = await _find(runtime, login)
        if dry_run:
            return found
        async with runtime.unit_of_work(operator()) as ctx:
            return await change(ctx, found.id)

    account = run(action)
    if dry_run:
        say(f"Would {verb} {account.login}.")
    else:
        _show(account, as_json=as_json, said=f"Done: {verb} {account.login}.")


async def _find(runtime: Runtime, login: str) -> AccountView:
    async with runtime.unit_of_work(operator()) as ctx:
        return await accounts.find_account(ctx, lookup_login(login) or login)


def _new_account(**fields: str) -> NewAccount:
    try:
        return NewAccount.model_validate(fields)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_input=False)
        ]
        raise BadInput("; ".join(problems)) from None


def _where_the_link_goes() -> str:
    settings = current().settings(generate_secrets=False, allow_unsafe=True)
    if any(getattr(section, "smtp_host", None) for section in settings):
        return "The worker mails the link."
    return f"No mail server is set (SMTP_HOST): the worker puts the mail with the link into {settings.home / 'outbox'}."


def _role(text: str) -> Role:
    roles = [role for role in Role if role is not Role.SYSTEM]
    if text not in roles:
        raise BadInput(f"--role must be one of {', '.join(roles)}.")
    return Role(text)


def _show(value: BaseModel, *, as_json: bool, said: str) -> None:
    emit(value, as_json=as_json, render=lambda console: console.print(said, markup=False))


def _draw(console: Console, rows: list[AccountView]) -> None:
    table = Table("login", "name", "role", "second factor", "sign-ins", "state")
    for row in rows:
        factor, sessions = "yes" if row.second_factor else "", str(row.sessions or "")
        cells = (row.login, row.display_name, row.role.value, factor, sessions, _state(row))
        table.add_row(*(cell.replace("[", r"\[") for cell in cells))
    console.print(table)


def _state(row: AccountView) -> str:
    if row.disabled_at:
        return f"disabled {row.disabled_at.date().isoformat()}"
    return f"locked until {row.locked_until:%H:%M} UTC" if row.locked_until else ""
