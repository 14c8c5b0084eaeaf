"""``bedside login``, ``logout`` and ``whoami``: signing in to a running Bedside from a terminal."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from bedside.identity.client import SignInClient
from bedside.identity.reading import StdinOption, read_password
from bedside.platform.cli import tokens
from bedside.platform.cli.address import default_url
from bedside.platform.cli.client import ApiClient
from bedside.platform.cli.options import JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.errors import BadInput, NotSignedIn, Unavailable

login_app = typer.Typer(add_completion=False, rich_markup_mode=None)
logout_app = typer.Typer(add_completion=False, rich_markup_mode=None)
whoami_app = typer.Typer(add_completion=False, rich_markup_mode=None)


@login_app.command()
def login(
    name: Annotated[str, typer.Argument(metavar="LOGIN", help="Your e-mail address.")],
    url: Annotated[
        str | None,
        typer.Option("--url", envvar="BEDSIDE_URL", help="Where Bedside runs; by default where it runs here."),
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="The code of your second factor.")] = None,
    password_stdin: StdinOption = False,
    json: JsonOption = False,
) -> None:
    """Sign in; the tokens are kept in a file that only you can read."""
    url = url or default_url()
    if not url.startswith(("http://", "https://")):
        raise BadInput("--url must begin with http:// or https://")
    password = read_password(stdin=password_stdin, twice=False).get_secret_value()
    form = {"username": name, "password": password, **({"totp": code} if code else {})}
    with SignInClient(url) as client:
        granted = _sign_in(client, form)
    tokens.save(
        tokens.StoredTokens(
            url=url.rstrip("/"), access_token=granted["access_token"], refresh_token=granted["refresh_token"]
        )
    )
    _show_me(as_json=json)


@logout_app.command()
def logout() -> None:
    """Sign out and forget the sign-in."""
    try:
        stored = tokens.load()
    except NotSignedIn:
        tokens.forget()
        say("You were not signed in.")
        return
    tokens.forget()
    with SignInClient(stored.url) as client:
        try:
            client.revoke(stored.refresh_token)
        except Unavailable as error:
            say(f"Forgotten here. {error.message} There it ends by itself.")
            return
    say("Signed out.")


@whoami_app.command()
def whoami(json: JsonOption = False) -> None:
    """Show who is signed in."""
    _show_me(as_json=json)


def _show_me(*, as_json: bool) -> None:
    with ApiClient() as client:
        me = client.get("/api/auth/me")
    sentence = f"{me['display_name']} <{me['login']}>, {me['role']}"
    emit(me, as_json=as_json, render=lambda console: console.print(sentence, markup=False))


def _sign_in(client: SignInClient, form: dict[str, str]) -> dict[str, Any]:
    granted, enrolment_token = client.sign_in(form)
    if granted is not None:
        return granted
    if not sys.stdin.isatty():
        raise NotSignedIn("A second factor is needed: give its code with --code, or enrol one at a terminal.")
    if enrolment_token is None:
        return _sign_in(client, {**form, "totp": typer.prompt("Code of your second factor", err=True)})
    _enrol(client, enrolment_token)
    return _sign_in(client, {**form, "totp": typer.prompt("And the next code, to sign in", err=True)})


def _enrol(client: SignInClient, enrolment_token: str) -> None:
    offer = client.offer_second_factor(enrolment_token)
    say("Staff sign in with a second factor here. Add this to an authenticator app:")
    say(f"  {offer['address']}\n  or type in the secret {offer['secret']}")
    say("Keep these recovery codes; each works once, in place of a code:")
    say("\n".join(f"  {code}" for code in offer["recovery_codes"]))
    client.confirm_second_factor(enrolment_token, typer.prompt("The code that the app shows", err=True))
    say("The second factor is in force.")
