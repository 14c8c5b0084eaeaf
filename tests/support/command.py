"""One ``bedside`` command after another, each in a process of its own, without loading the program anew each time.

A server process loads every command once and forks for each call (multiprocessing's "forkserver"). The command has
its own environment, folder, arguments, streams and exit code. What a cold start loads and costs is not seen here:
tests/unit/test_cold_start.py and tests/acceptance start ``python -m bedside``.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path

from bedside.bootstrap.commands import COMMANDS

_STREAMS = (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY))


def run_command(
    *arguments: str, env: Mapping[str, str] | None = None, stdin: str = "", timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run ``bedside *arguments`` to its end in the present folder, as ``subprocess.run`` would.

    ``env`` is its whole environment (default: this process's), ``timeout`` in seconds.
    Raises subprocess.TimeoutExpired; the command is killed then.
    """
    with tempfile.TemporaryDirectory(prefix="bedside-command-") as folder:
        streams = {name: Path(folder) / name for name, _ in _STREAMS}
        for name, path in streams.items():
            path.write_text(stdin if name == "stdin" else "", encoding="utf-8")
        process = _server().Process(
            target=_command, args=(arguments, dict(os.environ if env is None else env), str(Path.cwd()), folder)
        )
        process.start()
        process.join(timeout)
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
            process.close()
            raise subprocess.TimeoutExpired(["bedside", *arguments], timeout)
        process.close()
        said = {name: path.read_text(encoding="utf-8") for name, path in streams.items()}
    return subprocess.CompletedProcess(["bedside", *arguments], code, said["stdout"], said["stderr"])


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    modules = {entry.module for entry in COMMANDS.values()}
    context.set_forkserver_preload(["bedside.cli", "bedside.bootstrap.host", *sorted(modules)])
    return context


def _command(arguments: tuple[str, ...], env: dict[str, str], folder: str, streams: str) -> None:
    from bedside.cli import main

    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    for number, (name, flags) in enumerate(_STREAMS):
        opened = os.open(Path(streams) / name, flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - open as long as the process lives
        for number, mode in enumerate(("r", "w", "w"))
    )
    sys.argv = ["bedside", *arguments]
    main()
