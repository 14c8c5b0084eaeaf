"""Whether objects can be kept: one is written, read and deleted."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bedside.platform.checks import Check, Condition, Finding, Health
from bedside.platform.looking import in_thread
from bedside.platform.runtime import Runtime

FOLDER = "objects"
_SIZE = 4096


async def _objects(runtime: Runtime) -> Finding:
    return await in_thread(lambda: storage_finding(runtime.settings.home / FOLDER))


def storage_finding(folder: Path) -> Finding:
    """Return whether a file of four KiB can be written to the disk, read back the same, and deleted again."""
    content, file = secrets.token_bytes(_SIZE), folder / f".check-{os.getpid()}-{secrets.token_hex(4)}"
    step = "made"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            step = "written to"
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            step = "read"
            same = file.read_bytes() == content
        finally:
            file.unlink(missing_ok=True)
    except OSError as error:
        return _finding(ok=False, evidence=f"{folder} can't be {step} ({error.strerror}).")
    if not same:
        return _finding(ok=False, evidence=f"What was written to {folder} was read back otherwise.")
    return _finding(ok=True, evidence=f"An object was written to {folder}, read and deleted.")


def _finding(*, ok: bool, evidence: str) -> Finding:
    return Finding(
        status=Health.HEALTHY if ok else Health.DOWN,
        evidence=evidence,
        conditions=[Condition(name="write, read, delete", value="well" if ok else "failed", threshold="well", ok=ok)],
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "storage",
        "Objects",
        _objects,
        "See that the disk below BEDSIDE_HOME is mounted, writable, not full, and that Bedside's user owns the folder.",
        name="storage.objects",
    ),
)
