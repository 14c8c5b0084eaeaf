"""Where the Bedside of a home is reached: ``up`` writes it, commands of another terminal read it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_URL = "http://127.0.0.1:8000"
_FILE = "address"
_LONGEST = 300


def write_address(home: Path, url: str) -> None:
    """Keep ``url`` as where people reach the Bedside that runs on ``home``; one that can't be kept is not missed."""
    draft = home / f".{_FILE}.{os.getpid()}"
    with suppress(OSError):
        draft.write_text(url, encoding="utf-8")
        draft.chmod(0o644)
        draft.replace(home / _FILE)


def forget_address(home: Path, url: str) -> None:
    """Delete the address again, unless another process has written its own since."""
    if read_address(home) == url:
        (home / _FILE).unlink(missing_ok=True)


def read_address(home: Path) -> str | None:
    """Return the address of the Bedside that runs on ``home``; None where none runs or none can be read."""
    try:
        with (home / _FILE).open(encoding="utf-8") as file:
            url = file.read(_LONGEST).strip()
    except (OSError, UnicodeDecodeError):
        return None
    return url if urlsplit(url).scheme in {"http", "https"} else None
