"""Where messages to people wait while no mail server is set: files that the owner alone can read."""

from __future__ import annotations

import os
from datetime import datetime
from email.policy import SMTPUTF8
from pathlib import Path
from uuid import UUID

from bedside.notify.letter import Letter, compose


def outbox_folder(home: Path) -> Path:
    """Return the folder of kept messages."""
    return home / "outbox"


def keep(home: Path, notification_id: UUID, letter: Letter, *, sender: str, now: datetime) -> Path:
    """Write a message to the outbox, mode 0600, and return its file."""
    content = compose(letter, sender=sender, now=now).as_bytes(policy=SMTPUTF8)
    folder = outbox_folder(home)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{notification_id}.eml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    return path


def kept_before(home: Path, before: datetime) -> list[Path]:
    """Return the kept messages older than ``before``."""
    return [path for path in outbox_folder(home).glob("*.eml") if path.stat().st_mtime < before.timestamp()]


def forget(home: Path, before: datetime, limit: int) -> int:
    """Delete at most ``limit`` kept messages older than ``before``; return how many."""
    old = kept_before(home, before)[:limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
