"""Runs a program that dies with its parent: ``python -I -S tied_process.py PARENT_PID PROGRAM [ARGUMENT…]``.

Run as a file, between fork and exec of the program, since code in a forked child of a threaded process
(subprocess's preexec_fn) can deadlock. Linux alone can tie them; elsewhere the program just runs.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Ask the kernel for SIGKILL at the parent's death, then become the program (exec keeps the request)."""
    parent, program, *arguments = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(1)  # the parent died before the request was made
    try:
        os.execvp(program, [program, *arguments])  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.stderr.write(f"Can't run {program}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main()
