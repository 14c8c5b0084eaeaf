"""What every kind of channel is: its settings, and how it hands a letter over."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bedside.notify.letter import Letter
from bedside.platform.config.section import read_secret_file
from bedside.platform.errors import SettingsError

if TYPE_CHECKING:
    from bedside.notify.settings import NotifySettings


class NotTaken(Exception):
    """The receiver did not take the message. ``reason`` is a word or a number, never what it answered."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Errand:
    """One letter on its way through one channel."""

    id: UUID
    letter: Letter
    settings: NotifySettings
    now: datetime
    timeout_seconds: int


class Channel(BaseModel):
    """A named channel's settings. Subclasses add a literal ``kind``."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    timeout_seconds: int | None = Field(default=None, ge=1, le=300)

    @property
    @abstractmethod
    def means(self) -> str:
        """How it goes, as a delivery's record says it: the kind."""

    @abstractmethod
    def send(self, errand: Errand) -> None:
        """Hand a letter over. Blocks. Raises NotTaken, OSError or what its library raises."""

    def problem(self, settings: NotifySettings) -> str | None:
        """Return what is missing for it to work, or None."""
        del settings
        return None


def secret_of(value: SecretStr | None, file: Path | None, name: str) -> SecretStr:
    """Return a secret given as it is or by the file that holds it. Raises ValueError unless it is given once."""
    if (value is None) == (file is None):
        raise ValueError(f"give either `{name}` or `{name}_file`.")
    if value is not None:
        return value
    try:
        return SecretStr(read_secret_file(name.upper(), Path(str(file))))
    except SettingsError as error:
        raise ValueError(error.message.replace("_FILE", "_file", 1).lower()) from None
