"""``bedside login``, ``logout`` and ``whoami``: signing in to a running Bedside from a terminal."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from bedside.identity.reading import StdinOption, read_password
from bedside.platform.cli import tokens
from bedside.platform.cli.client import Answer, ApiClient, Http, call, connect, problem
from bedside.platform.cli.options import JsonOption
from bedside.platform.cli.output import emit, say
from bedside.platform.errors import BadInput, BedsideError, NotSignedIn, Unavailable

login_app = typer.Typer(add_completion=False, rich_markup_mode=None)
logout_app = typer.Typer(add_completion=False, rich_markup_mode=None)
whoami_app = typer.Typer(add_completion=False, rich_markup_mode=None)

_DEFAULT_URL = "http://127.0.0.1:8000"
_CODE_NEEDED = "second-factor-required"
_ENROLMENT_NEEDED = "second-factor-enrolment-required"


@login_app.command()
def login(
    name: Annotated[str, typer.Argument(metavar="LOGIN", help="Your e-mail address.")],
    url: Annotated[str, typer.Option("--url", envvar="BEDSIDE_URL", help="Where Bedside runs.")] = _DEFAULT_URL,
    code: Annotated[str | None, typer.Option("--code", help="The code of your second factor.")] = None,
    password_stdin: StdinOption = False,
    json: JsonOption = False,
) -> None:
    """Sign in; the tokens are kept in a file that only you can read."""
    if not url.startswith(("http://", "https://")):
        raise BadInput("--url must begin with http:// or https://")
    password = read_password(stdin=password_stdin, twice=False).get_secret_value()
    with connect(url) as http:
        granted = _tokens(http, {"username": name, "password": password}, code)
    tokens.save(
        tokens.StoredTokens(
            url=url.rstrip("/"), access_token=granted["access_token"], refresh_token=granted["refresh_token"]
        )
    )
    with ApiClient() as client:
        me = client.get("/api/auth/me")
    emit(me, as_json=json, render=lambda console: console.print(_sentence(me), markup=False))


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
    with connect(stored.url) as http:
        try:
            call(http, "POST", "/api/auth/revoke", json={"token": stored.refresh_token})
        except Unavailable as error:
            say(f"Forgotten here. {error.message} There it ends by itself.")
            return
    say("Signed out.")


@whoami_app.command()
def whoami(json: JsonOption = False) -> None:
    """Show who is signed in."""
    with ApiClient() as client:
        me = client.get("/api/auth/me")
    emit(me, as_json=json, render=lambda console: console.print(_sentence(me), markup=False))


def _sentence(me: dict[str, Any]) -> str:
    return f"{me['display_name']} <{me['login']}>, {me['role']}"


def _tokens(http: Http, form: dict[str, str], code: str | None) -> dict[str, Any]:
    if code:
        form = {**form, "totp": code}
    answer = call(http, "POST", "/api/auth/token", data=form)
    if answer.is_success:
        granted: dict[str, Any] = answer.json()
        return granted
    document = _document(answer)
    can_ask = sys.stdin.isatty()
    if document.get("code") == _CODE_NEEDED and can_ask and not code:
        return _tokens(http, form, typer.prompt("Code of your second factor", err=True))
    if document.get("code") == _ENROLMENT_NEEDED and can_ask:
        _enrol(http, document["enrolment_token"])
        return _tokens(http, form, typer.prompt("And the next code, to sign in", err=True))
    raise problem(answer)


def _enrol(http: Http, enrolment_token: str) -> None:
    headers = {"Authorization": f"Bearer {enrolment_token}"}
    answer = call(http, "POST", "/api/auth/second-factor", headers=headers)
    if not answer.is_success:
        raise problem(answer)
    offer = answer.json()
    say("Staff sign in with a second factor here. Add this to an authenticator app:")
    say(f"  {offer['address']}\n  or type in the secret {offer['secret']}")
    say("Keep these recovery codes; each works once, in place of a code:")
    say("\n".join(f"  {code}" for code in offer["recovery_codes"]))
    body = {"code": typer.prompt("The code that the app shows", err=True)}
    answer = call(http, "POST", "/api/auth/second-factor/confirm", headers=headers, json=body)
    if not answer.is_success:
        raise problem(answer)
    say("The second factor is in force.")


def _refusal(answer: Answer) -> BedsideError:
    return problem(answer)


def _document(answer: Answer) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
