"""Settings as text: what is in force and from where, and a file to begin with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import BaseModel, SecretStr

from bedside.platform.config import Section, Settings
from bedside.platform.config.section import FILE_SUFFIX, shown
from bedside.platform.errors import SettingsError

QUESTIONS = (
    ("ORGANISATION", "The name that patients read", "Bedside"),
    ("ENVIRONMENT", "development, test, staging or production", "production"),
    ("EMERGENCY_NUMBER", "The number patients call in an emergency", "112"),
    ("API_HOST", "The address to listen on", "127.0.0.1"),
    ("API_PORT", "The port to listen on", "8000"),
)


class SettingRow(BaseModel):
    """One setting as it is in force. ``origin``: environment, file, secret file, generated or default."""

    section: str
    name: str
    value: str
    origin: str
    description: str


def rows(settings: Settings) -> list[SettingRow]:
    """Return every setting in force, secrets masked."""
    in_file = dotenv_values(settings.file) if settings.file else {}
    return [
        SettingRow(
            section=section.section,
            name=str(field.alias),
            value=shown(getattr(section, name)) if getattr(section, name) is not None else "",
            origin=_origin(str(field.alias), getattr(section, name), in_file, section),
            description=field.description or "",
        )
        for section in settings
        for name, field in type(section).model_fields.items()
    ]


def _origin(name: str, value: Any, in_file: Mapping[str, str | None], section: Section) -> str:
    if os.environ.get(name):
        return "environment"
    if os.environ.get(name + FILE_SUFFIX):
        return "secret file"
    if name in in_file:
        return "file"
    if name in section.secrets():
        return "generated" if value is not None else "generated at first start"
    return "default"


def settings_file_text(sections: Sequence[Section], answers: Mapping[str, str]) -> str:
    """Return a settings file: each setting commented out at its default, but for ``answers``."""
    lines = ["# Bedside's settings. Remove the # before a line to change it. `bedside config check` checks this file."]
    for section in sections:
        lines += ["", f"# --- {section.section} ---"]
        for field in type(section).model_fields.values():
            name = str(field.alias)
            lines += [f"# {field.description}"]
            if name in answers:
                lines += [f"{name}={_quoted(answers[name])}"]
            else:
                lines += [f"# {name}={_default(field.get_default(call_default_factory=True))}"]
    return "\n".join(lines) + "\n"


def _default(value: Any) -> str:
    match value:
        case None | SecretStr():
            return ""
        case Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
        case tuple() | list() | frozenset():
            return ",".join(map(str, value))
        case _:
            return str(value)


def _quoted(value: str) -> str:
    if "\n" in value or '"' in value:
        raise SettingsError("A setting is one line without double quotes.")
    return f'"{value}"' if any(c in value for c in " #'") else value


def write_settings_file(path: Path, text: str) -> None:
    """Write a new file that its owner alone may read: it may come to hold secrets."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise SettingsError(f"Can't write {path} ({error.strerror}).") from None
