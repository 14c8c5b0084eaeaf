"""Options that mean the same in every command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bedside.platform.errors import BadInput

JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask for confirmation.")]
WaitForDatabaseOption = Annotated[
    float | None,
    typer.Option(
        "--wait-for-database",
        metavar="SECONDS",
        min=0,
        help="Start no database; wait this long for one that somebody else starts, then go on and keep asking for it.",
    ),
]


def confirm(word: str, *, what: str, yes: bool) -> None:
    """Ask for ``word`` to be typed before something is destroyed.

    Raises BadInput when it isn't, or when nobody can be asked and ``--yes`` was not given.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise BadInput(f"{what} Nobody is here to confirm it: add --yes if you mean it.")
    if typer.prompt(f"{what} Type {word} to go on", err=True, default="", show_default=False) != word:
        raise BadInput("Not confirmed; nothing was changed.")
