"""Secrets that Bedside generates for itself at first start: one file each, readable by the owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from bedside.platform.errors import SettingsError


class SecretStore:
    """A folder of secrets, ``BEDSIDE_HOME/secrets``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / name.lower()

    def get(self, name: str) -> SecretStr | None:
        """Return the secret, or None when there is none. Raises SettingsError when others may read it."""
        path = self.path(name)
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"The secret {path} can't be read ({type(error).__name__}).") from None
        if mode & 0o077:
            raise SettingsError(f"The secret {path} is open to other users; run: chmod 600 {path}")
        if not text:
            raise SettingsError(f"The secret {path} is empty; restore it from a backup or delete the file.")
        return SecretStr(text)

    def get_or_create(self, name: str, size: int) -> SecretStr:
        """Return the secret, made of ``size`` random bytes if it did not exist. Safe when two start at once."""
        found = self.get(name)
        if found is not None:
            return found
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self.folder / f".{name.lower()}.{os.getpid()}.{secrets.token_hex(4)}"
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(size))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, self.path(name))
            except FileExistsError:
                pass  # another process was first: its secret is the one
            finally:
                draft.unlink()
        except OSError as error:
            raise SettingsError(
                f"Can't write secrets below {self.folder} ({error.strerror}); "
                "check free space and that Bedside's user owns the folder."
            ) from None
        created = self.get(name)
        if created is None:
            raise SettingsError(f"The secret {self.path(name)} vanished while it was being made; start again.")
        return created
