"""Secrets that commands read: from the terminal without echo, or from standard input. Never from arguments."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from pydantic import SecretStr

from bedside.platform.errors import BadInput

StdinOption = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
_LONGEST_LINE = 4096


def read_password(*, stdin: bool, twice: bool) -> SecretStr:
    """Return the password. Raises BadInput when none can be read."""
    if stdin:
        text = sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
    elif sys.stdin.isatty():
        text = typer.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True)
    else:
        raise BadInput("Nobody is here to be asked for the password; pipe it in with --password-stdin.")
    if not text:
        raise BadInput("The password is empty.")
    return SecretStr(text)
