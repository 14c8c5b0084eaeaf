"""Whether the settings are still those that the running processes began with, and what the next start would say."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, SecretStr, ValidationError

from bedside.kit.crypto import mac
from bedside.platform.access.settings import AccessSettings
from bedside.platform.checks import Check, Condition, Finding, Health, skipped
from bedside.platform.config import Settings, load_settings
from bedside.platform.errors import SettingsError
from bedside.platform.looking import in_thread
from bedside.platform.runtime import Runtime

_PROCESSES = ("api", "worker")
_LARGEST = 256 * 1024
# `bedside up` sets it for its children, whose stderr is its own: nobody has changed anything.
_SET_BY_UP = frozenset({"LOG_STDERR"})


class Started(BaseModel):
    """What a process began with: of each setting a keyed digest, which tells nobody its value."""

    settings: dict[str, str]


def record_start(settings: Settings, process: str) -> None:
    """Keep the digests of the settings that ``process`` begins with; where they can't be kept, drift is not told."""
    if process not in _PROCESSES:
        return
    file = _file(settings.home, process)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with suppress(OSError):
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.write(Started(settings=digests(settings)).model_dump_json())
        draft.replace(file)


def digests(settings: Settings) -> dict[str, str]:
    """Return of each setting, by its name in the environment, a digest keyed with this installation's own key."""
    key = settings.get(AccessSettings).key()
    found = {}
    for section in settings:
        for field, info in type(section).model_fields.items():
            if info.alias in _SET_BY_UP:
                continue
            value = getattr(section, field)
            text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            found[str(info.alias)] = mac(key, f"{info.alias}={text}".encode()).hex()[:32]
    return found


async def _drift(runtime: Runtime) -> Finding:
    return await in_thread(lambda: drift_finding(runtime.settings))


def drift_finding(settings: Settings) -> Finding:
    """Return which settings differ between what processes began with and what would be read now."""
    begun = {process: found for process in _PROCESSES if (found := _started(settings.home, process)) is not None}
    if not begun:
        return skipped("No process has been started on this BEDSIDE_HOME.")
    try:
        now = digests(load_settings([type(s) for s in settings], generate_secrets=False))
    except SettingsError as error:
        return Finding(
            status=Health.DEGRADED,
            evidence=f"The next start would be refused. {error.message}",
            remedy="Mend the settings before anything is started again; `bedside config check` says the same.",
        )
    changed = {
        process: sorted(name for name in now.keys() & then.settings.keys() if now[name] != then.settings[name])
        for process, then in begun.items()
    }
    drifted = any(changed.values())
    return Finding(
        status=Health.DEGRADED if drifted else Health.HEALTHY,
        evidence="Changed since the last start: "
        + "; ".join(f"{process}: {', '.join(names)}" for process, names in changed.items() if names)
        + "."
        if drifted
        else "The settings are those of the last start.",
        conditions=[
            Condition(name=f"changed for {process}", value=", ".join(names) or "none", threshold="none", ok=not names)
            for process, names in changed.items()
        ],
    )


def _file(home: Path, process: str) -> Path:
    return home / f"started-{process}.json"


def _started(home: Path, process: str) -> Started | None:
    try:
        with _file(home, process).open(encoding="utf-8") as stream:
            return Started.model_validate_json(stream.read(_LARGEST))
    except (OSError, ValueError, ValidationError):
        return None


CHECKS: tuple[Check, ...] = (
    Check(
        "settings",
        "Changed settings",
        _drift,
        "Start Bedside again, so that what is set is what runs; or take the change back.",
        name="settings.drift",
        period=timedelta(minutes=5),
    ),
)
