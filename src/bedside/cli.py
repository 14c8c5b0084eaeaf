"""The ``bedside`` command: finds a group by name, loads it alone, and turns errors into exit codes."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command as typer_command

from bedside.bootstrap.commands import COMMANDS
from bedside.platform.cli.session import CliSession, enter
from bedside.platform.errors import BedsideError, ExitCode

if TYPE_CHECKING:
    from bedside.platform.config import Settings
    from bedside.platform.runtime import Runtime


class LazyGroup(TyperGroup):
    """Lists every command from ``COMMANDS`` and imports only the one that runs."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a name and a line of help: enough to list it without importing it."""
        entry = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=entry.help, rich_markup_mode=None) if entry else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name in COMMANDS else command, rest


def load_command(name: str) -> Any:
    """Import and return the command or group ``name``."""
    entry = COMMANDS[name]
    app = getattr(importlib.import_module(entry.module), entry.attribute)
    command = typer_command(app)
    command.name = name
    return command


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Bedside: a medical AI assistant that a hospital can run by itself.",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(importlib.import_module("importlib.metadata").version("bedside"))
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[bool, typer.Option("--version", help="Show the version.", callback=_version, is_eager=True)] = False,
) -> None:
    """Bedside: a medical AI assistant that a hospital can run by itself."""


def _settings(**options: bool) -> Settings:
    module = importlib.import_module("bedside.bootstrap.settings")
    settings: Settings = module.read_settings(**options)
    return settings


def _open_runtime(**options: bool) -> AbstractAsyncContextManager[Runtime]:
    module = importlib.import_module("bedside.bootstrap.host")
    opened: AbstractAsyncContextManager[Runtime] = module.host_runtime(**options)
    return opened


def _seed(runtime: Runtime) -> Awaitable[dict[str, int]]:
    module = importlib.import_module("bedside.bootstrap.seed")
    seeded: Awaitable[dict[str, int]] = module.seed(runtime)
    return seeded


def main() -> None:
    """Run the command line. What Bedside can explain goes to stderr in a sentence; the rest is exit code 4."""
    enter(CliSession(settings=_settings, open_runtime=_open_runtime, seed=_seed))
    try:
        app(prog_name="bedside")
    except BedsideError as error:
        typer.echo(f"bedside: {error.message}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(ExitCode.FAILED)
    except Exception as error:  # noqa: BLE001 - the last resort: no stack on a terminal, it may quote input
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        place = f" at {frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else ""
        typer.echo(f"bedside: a fault of Bedside's own ({type(error).__name__}{place}); please report it.", err=True)
        sys.exit(ExitCode.FAULT)
