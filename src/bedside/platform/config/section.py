"""What a section of settings is.

Every field has an ``alias``: its name in the environment, as the operators' runbooks write it. The same
name with ``_FILE`` behind it names a file that holds the value, as container platforms hand over secrets.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bedside.platform.errors import SettingsError

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings

FILE_SUFFIX = "_FILE"
_LARGEST_SECRET_FILE = 64 * 1024


def secret_field(alias: str, description: str, *, bytes_: int = 32) -> Any:
    """A secret that is generated with ``bytes_`` random bytes at first start when nobody has set it."""
    return Field(default=None, alias=alias, description=description, json_schema_extra={"generate_bytes": bytes_})


class FileVariables(PydanticBaseSettingsSource):
    """Reads ``NAME`` from the file that the environment variable ``NAME_FILE`` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = field.alias or field_name
        path = os.environ.get(name + FILE_SUFFIX)
        if not path:
            return None, name, False
        return read_secret_file(name, Path(path)), name, False

    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(f, n) for n, f in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in found if value is not None}


def read_secret_file(name: str, path: Path) -> str:
    """Return the text of a secret's file without its last line break.

    Raises SettingsError when the file can't be read, is empty or is implausibly large.
    """
    try:
        if path.stat().st_size > _LARGEST_SECRET_FILE:
            raise SettingsError(
                f"{name}{FILE_SUFFIX}: the file {path} is over 64 KiB; name a file that holds one value."
            )
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{name}{FILE_SUFFIX}: can't read {path} ({type(error).__name__}); "
            "check that it exists, is text, and that Bedside's user may read it."
        ) from None
    if not text:
        raise SettingsError(f"{name}{FILE_SUFFIX}: the file {path} is empty.")
    return text


class Section(BaseSettings):
    """One part's settings. Subclasses set ``section`` and give every field an alias and a description."""

    section: ClassVar[str]

    model_config = SettingsConfigDict(
        extra="ignore",
        frozen=True,
        case_sensitive=True,
        validate_by_alias=True,
        validate_by_name=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, FileVariables(settings_cls), dotenv_settings

    def problems(self, settings: Settings) -> Iterable[str]:
        """Yield a sentence for each unsafe combination of settings; any of them refuses the start."""
        return ()

    def warnings(self, settings: Settings) -> Iterable[str]:
        """Yield a sentence for each setting that people should have and that is missing; none refuses the start."""
        return ()

    @classmethod
    def secrets(cls) -> dict[str, int]:
        """Return the environment names of the section's generated secrets, with their size in bytes."""
        found = {}
        for field in cls.model_fields.values():
            extra = field.json_schema_extra
            if isinstance(extra, dict) and isinstance(size := extra.get("generate_bytes"), int):
                found[str(field.alias)] = size
        return found


def shown(value: Any) -> str:
    """Return a setting's value as it may be shown to people: secrets masked, passwords in URLs too."""
    if isinstance(value, SecretStr):
        return "********" if value.get_secret_value() else ""
    return str(value)
