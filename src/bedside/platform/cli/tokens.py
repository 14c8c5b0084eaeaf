"""The token file that ``bedside login`` writes, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

from bedside.platform.errors import NotSignedIn

TOKEN_FILE_VARIABLE = "BEDSIDE_TOKEN_FILE"  # noqa: S105 - a variable's name


class StoredTokens(BaseModel):
    """A sign-in to one server."""

    url: str
    access_token: str
    refresh_token: str


def token_file() -> Path:
    """Return where the sign-in is kept."""
    named = os.environ.get(TOKEN_FILE_VARIABLE)
    return Path(named) if named else Path.home() / ".config" / "bedside" / "token.json"


def load() -> StoredTokens:
    """Return the stored sign-in. Raises NotSignedIn when there is none, or when others may read it."""
    path = token_file()
    try:
        if path.stat().st_mode & 0o077:
            raise NotSignedIn(
                f"{path} is open to other users, so its sign-in can't be trusted; run: bedside login LOGIN"
            )
        return StoredTokens.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotSignedIn("You are not signed in; run: bedside login LOGIN") from None
    except (OSError, ValidationError, UnicodeDecodeError):
        raise NotSignedIn(f"{path} can't be read as a sign-in; run: bedside login LOGIN") from None


def save(tokens: StoredTokens) -> None:
    """Keep the sign-in, mode 0600, replacing the last one at once."""
    path = token_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(tokens.model_dump_json())
    draft.replace(path)


def forget() -> bool:
    """Delete the stored sign-in; return whether there was one."""
    try:
        token_file().unlink()
    except FileNotFoundError:
        return False
    return True
