"""Reads every section, completes generated secrets, and refuses what is unknown or unsafe."""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar, cast

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import ValidationError

from bedside.platform.config.core import CoreSettings
from bedside.platform.config.secrets import SecretStore
from bedside.platform.config.section import FILE_SUFFIX, Section
from bedside.platform.errors import SettingsError

S = TypeVar("S", bound=Section)

SETTINGS_FILE_VARIABLE = "BEDSIDE_SETTINGS_FILE"
DEFAULT_SETTINGS_FILE = Path(".env")
_LARGEST_SETTINGS_FILE = 1024 * 1024


class Settings:
    """All sections that were loaded, found by their class."""

    def __init__(self, sections: Mapping[type[Section], Section], file: Path | None = None) -> None:
        self._sections = dict(sections)
        self.file = file

    def get(self, kind: type[S]) -> S:
        """Return the section ``kind``; a missing one is a mistake in bootstrap and raises KeyError."""
        return cast("S", self._sections[kind])

    def __iter__(self) -> Iterator[Section]:
        return iter(self._sections.values())

    @property
    def core(self) -> CoreSettings:
        return self.get(CoreSettings)

    @property
    def home(self) -> Path:
        return self.core.home

    def warnings(self) -> list[str]:
        """Return what people should know of these settings before patients come, though they can be used."""
        return [warning for section in self for warning in section.warnings(self)]

    def replace(self, *sections: Section) -> Settings:
        """Return a copy in which ``sections`` stand in for those of the same class."""
        return Settings(self._sections | {type(s): s for s in sections}, self.file)


def settings_file() -> Path | None:
    """Return the settings file in force: the one named by the environment, else ``.env`` where it exists."""
    named = os.environ.get(SETTINGS_FILE_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise SettingsError(f"{SETTINGS_FILE_VARIABLE} names {named}, which is not a file.")
        return Path(named)
    return DEFAULT_SETTINGS_FILE if DEFAULT_SETTINGS_FILE.is_file() else None


def known_names(kinds: Sequence[type[Section]]) -> set[str]:
    """Return every environment name of the sections, with the ``_FILE`` form of each."""
    names = {str(field.alias) for kind in kinds for field in kind.model_fields.values()}
    return names | {name + FILE_SUFFIX for name in names}


def load_settings(
    kinds: Sequence[type[Section]], *, generate_secrets: bool = True, allow_unsafe: bool = False
) -> Settings:
    """Read all sections. Raises SettingsError that names every problem found, not only the first."""
    file = settings_file()
    kinds = (CoreSettings, *(k for k in kinds if k is not CoreSettings))
    if file and not _is_readable(file):
        raise SettingsError(f"{file} is not a settings file: it must be UTF-8 text of at most 1 MiB, NAME=value lines.")
    problems = [*_unreadable_lines(file), *_unknown_names(file, kinds)] if file else []
    sections: dict[type[Section], Section] = {}
    store: SecretStore | None = None
    for kind in kinds:
        try:
            section = kind(_env_file=file)
            if isinstance(section, CoreSettings):
                store = SecretStore(section.home / "secrets")
            sections[kind] = _with_secrets(section, store, generate=generate_secrets)
        except ValidationError as error:
            problems.extend(_explained(error))
    if CoreSettings in sections and not problems:
        settings = Settings(sections, file)
        problems.extend(p for s in settings for p in s.problems(settings))
        if not problems or allow_unsafe:
            return settings
    raise SettingsError("The settings can't be used:\n" + "\n".join(f"- {p}" for p in problems))


def _with_secrets(section: Section, store: SecretStore | None, *, generate: bool) -> Section:
    missing = {}
    for name, size in section.secrets().items():
        field = next(n for n, f in type(section).model_fields.items() if f.alias == name)
        if getattr(section, field) is None and store is not None:
            value = store.get_or_create(name, size) if generate else store.get(name)
            if value is not None:
                missing[field] = value
    return section.model_copy(update=missing) if missing else section


def _is_readable(file: Path) -> bool:
    try:
        if file.stat().st_size > _LARGEST_SETTINGS_FILE:
            return False
        file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return True


def _unreadable_lines(file: Path) -> Iterator[str]:
    # It warns of each such line each time a section is read; here each is told once.
    logging.getLogger("dotenv.main").setLevel(logging.ERROR)
    with file.open(encoding="utf-8") as stream:
        for binding in parse_stream(stream):
            # A name alone is no setting; its text is not quoted, it may be a secret's second line.
            if binding.error or (binding.key is not None and binding.value is None):
                text = binding.original.string
                line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
                yield f"{file}, line {line}: must have the form NAME=value"


def _unknown_names(file: Path, kinds: Sequence[type[Section]]) -> Iterator[str]:
    known = known_names(kinds)
    for name in sorted(dotenv_values(file)):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"did you mean {near[0]}?" if near else "`bedside config show` lists every name."
            yield f"{file}: unknown setting {name}; {hint}"


def _explained(error: ValidationError) -> Iterator[str]:
    for item in error.errors(include_input=False, include_url=False, include_context=False):
        name = ".".join(str(part) for part in item["loc"])
        said = item["msg"].removeprefix("Value error, ")
        yield f"{name}: {said}" if name else said
