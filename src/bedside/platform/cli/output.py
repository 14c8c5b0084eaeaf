"""Results go to stdout, as text or as JSON; progress goes to stderr."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_WIDTH_WITHOUT_TERMINAL = 240


def emit(value: Any, *, as_json: bool, render: Callable[[Console], None]) -> None:
    """Print a command's result: ``value`` (models, lists, plain data) as JSON, or what ``render`` draws."""
    if as_json:
        typer.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False)
        # Without a terminal there is no width to respect: nothing that a script reads is cut off.
        render(console if console.is_terminal else Console(highlight=False, width=_WIDTH_WITHOUT_TERMINAL))


def say(text: str) -> None:
    """Tell the operator something that is not the result."""
    typer.echo(text, err=True)


def progress() -> Progress:
    """Return a progress bar on stderr, with the time left; silent where stderr is no terminal."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
