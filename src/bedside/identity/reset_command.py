"""``bedside reset-password``: choosing a password with the link that came by mail."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bedside.identity.client import SignInClient
from bedside.identity.reading import StdinOption, read_password
from bedside.platform.cli.address import default_url
from bedside.platform.cli.output import say
from bedside.platform.errors import BadInput

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_LONGEST_LINK = 2000
_MARK = "#token="


@app.command()
def reset_password(
    url: Annotated[
        str | None,
        typer.Option("--url", envvar="BEDSIDE_URL", help="Where Bedside runs; by default where it runs here."),
    ] = None,
    password_stdin: StdinOption = False,
) -> None:
    """Choose a new password with the one-time link from your mail. With --password-stdin the link is the first line."""
    token = _token(stdin=password_stdin)
    password = read_password(stdin=password_stdin, twice=True).get_secret_value()
    with SignInClient(url or default_url()) as client:
        client.set_password(token, password)
    say("Your new password is in force; sign in: bedside login LOGIN")


def _token(*, stdin: bool) -> str:
    """Return the token of a pasted link, or the token itself. It is never an argument: others could read it there."""
    if stdin:
        text = sys.stdin.readline(_LONGEST_LINK)
    elif sys.stdin.isatty():
        text = typer.prompt("The link from the mail", hide_input=True, err=True)
    else:
        raise BadInput("Nobody is here to be asked for the link; pipe link and password in with --password-stdin.")
    token = text.strip().rpartition(_MARK)[2]
    if not token or len(token) > 128 or not token.isprintable() or " " in token:
        raise BadInput("That is not the link from the mail; copy it whole, from http to its end.")
    return token
