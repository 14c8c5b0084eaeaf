"""Settings as text: what is in force and from where, and a file to begin with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from dotenv import dotenv_values
from pydantic import BaseModel, Field, SecretStr

from bedside.platform.access.actor import Permission
from bedside.platform.access.context import Context
from bedside.platform.config import Section, Settings
from bedside.platform.config.core import ServerSettings
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
    secret: bool


class SectionOfSettings(BaseModel):
    """One part's settings."""

    name: str
    description: str
    settings: list[SettingRow]


class SettingsReport(BaseModel):
    """Every setting as this API process has it. Changes take effect at the next start."""

    file: str | None = Field(description="The settings file that was read.")
    home: str
    sections: list[SectionOfSettings]


def settings_report(ctx: Context) -> SettingsReport:
    """Return every setting by section, secrets masked. Reading them is an event of the audit. Raises Forbidden."""
    ctx.require(Permission.SYSTEM_CONFIG)
    ctx.record("settings.read", "settings")
    found = rows(ctx.settings)
    return SettingsReport(
        file=str(ctx.settings.file) if ctx.settings.file else None,
        home=str(ctx.settings.home),
        sections=[
            SectionOfSettings(
                name=section.section,
                description=(type(section).__doc__ or "").partition("\n")[0],
                settings=[row for row in found if row.section == section.section],
            )
            for section in ctx.settings
        ],
    )


def rows(settings: Settings) -> list[SettingRow]:
    """Return every setting in force, secrets masked."""
    in_file = dotenv_values(settings.file) if settings.file else {}
    return [
        SettingRow(
            section=section.section,
            name=str(field.alias),
            value=_value(getattr(section, name)),
            origin=_origin(str(field.alias), getattr(section, name), in_file, section),
            description=field.description or "",
            secret=SecretStr in get_args(field.annotation) or field.annotation is SecretStr,
        )
        for section in settings
        for name, field in type(section).model_fields.items()
    ]


def _value(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else shown(value)


def about_the_running(address: str, settings: Settings) -> str:
    """Return what to know where a Bedside runs on this home: it has the settings that it was started with."""
    told = settings.get(ServerSettings).url
    differs = f" (these settings say {told})" if address != told else ""
    return (
        f"A Bedside runs on {settings.home} at {address}{differs}, with the settings that it was started with. What it "
        f"uses is on the administrator's page and at {address}/api/settings; a change here counts from its next start."
    )


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
                lines += [f"# {name}={_default(field.get_default(call_default_factory=True, validated_data={}))}"]
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
