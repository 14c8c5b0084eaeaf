"""Real processes: what is started, what is left."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bedside.platform.processes import ChildFailed, ChildProcess, ProcessSupervisor

log = logging.getLogger("processes")
SLEEP = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


def eventually(true: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def watch(supervisor: ProcessSupervisor) -> threading.Thread:
    """Run start, watch and stop in one thread, as the kernel's tie wants it."""
    started = threading.Event()

    def body() -> None:
        supervisor.start()
        started.set()
        supervisor.watch()
        supervisor.stop_children()

    thread = threading.Thread(target=body)
    thread.start()
    assert started.wait(5)
    return thread


def test_a_child_that_dies_is_started_again() -> None:
    supervisor = ProcessSupervisor([ChildProcess("a", SLEEP), ChildProcess("b", SLEEP)], log)
    thread = watch(supervisor)
    before = supervisor.pids()
    os.kill(before["a"], signal.SIGKILL)
    eventually(lambda: supervisor.pids().get("a", before["a"]) != before["a"])
    after = supervisor.pids()
    assert after["b"] == before["b"]
    supervisor.stop()
    thread.join(10)
    assert supervisor.pids() == {}
    assert all(map(gone, [*before.values(), *after.values()]))


def test_stopping_is_orderly_and_then_certain(tmp_path: Path) -> None:
    polite = tmp_path / "polite"
    orderly = (
        "import pathlib, signal, sys, time\n"
        f"def stop(*_):\n pathlib.Path({str(polite)!r}).write_text('bye'); sys.exit(0)\n"
        f"signal.signal(signal.SIGTERM, stop); pathlib.Path({str(polite)!r}).write_text('up'); time.sleep(60)"
    )
    deaf_up = tmp_path / "deaf"
    deaf = (
        "import pathlib, signal, subprocess, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"pathlib.Path({str(deaf_up)!r}).write_text(str(child.pid)); time.sleep(60)"
    )
    supervisor = ProcessSupervisor(
        [
            ChildProcess("polite", [sys.executable, "-c", orderly]),
            ChildProcess("deaf", [sys.executable, "-c", deaf], stop_timeout=0.3),
        ],
        log,
    )
    thread = watch(supervisor)
    eventually(lambda: polite.exists() and deaf_up.exists() and bool(deaf_up.read_text()))
    grandchild = int(deaf_up.read_text())
    deaf_pid = supervisor.pids()["deaf"]
    supervisor.stop()
    thread.join(10)
    assert polite.read_text() == "bye"
    assert gone(deaf_pid)
    eventually(lambda: gone(grandchild))


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        ([sys.executable, "-S", "-c", "raise SystemExit(1)"], 1),
        ([sys.executable, "-S", "-c", "raise SystemExit(2)"], 2),
        (["/nonexistent/program"], 127),
    ],
)
def test_a_child_that_never_works_is_given_up_and_the_others_are_stopped(argv: list[str], code: int) -> None:
    supervisor = ProcessSupervisor([ChildProcess("good", SLEEP), ChildProcess("bad", argv, attempts=3)], log)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(ChildFailed, match="bad does not keep running") as caught:
        supervisor.run()
    assert caught.value.extra == {"process": "bad", "exit_code": code}
    assert supervisor.pids() == {}
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_folder_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ChildFailed, match="lost can't be started: No such file"):
        ProcessSupervisor([ChildProcess("lost", SLEEP, cwd=tmp_path / "none")], log).run()


PARENT = """
import logging, sys
from bedside.platform.processes import ChildProcess, ProcessSupervisor
child = ("import pathlib, signal, sys, time\\n"
         "count = [0]\\n"
         "def heard(number, _):\\n"
         " count[0] += 1; pathlib.Path(sys.argv[1]).write_text(f'{signal.Signals(number).name} {count[0]}')\\n"
         " time.sleep(0.3); sys.exit(0)\\n"
         "for s in (signal.SIGINT, signal.SIGTERM): signal.signal(s, heard)\\n"
         "print('up', flush=True); time.sleep(60)")
argv = [sys.executable, "-S", "-c", child, sys.argv[1]]
supervisor = ProcessSupervisor([ChildProcess("c", argv)], logging.getLogger())
supervisor.run()
print("ended in order", flush=True)
"""


def start_parent(note: Path) -> tuple[subprocess.Popen[str], int]:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(note)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "up\n"
    return parent, psutil.Process(parent.pid).children()[0].pid


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_terminal_s_group_reaches_a_child_once(tmp_path: Path, number: signal.Signals) -> None:
    parent, child = start_parent(tmp_path / "note")
    os.killpg(parent.pid, number)
    output, _ = parent.communicate(timeout=10)
    assert output == "ended in order\n"
    assert parent.returncode == 0
    assert (tmp_path / "note").read_text() == "SIGTERM 1"
    assert gone(child)


def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    parent, child = start_parent(tmp_path / "note")
    parent.kill()
    parent.communicate()
    eventually(lambda: gone(child), 2)


def test_a_child_whose_parent_is_gone_already_does_not_start() -> None:
    tied = Path(__file__).parents[3] / "src/bedside/platform/tied_process.py"
    done = subprocess.run([sys.executable, str(tied), "1", "echo", "running"], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
