"""Whether secrets are private, not too old, and not easily guessed. Names alone are told, never a value."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bedside.ops.installation.settings import InstallationCheckSettings
from bedside.platform.checks import Category, Check, Condition, Finding, Health, skipped
from bedside.platform.config import Settings
from bedside.platform.looking import in_thread
from bedside.platform.runtime import Runtime

LEAST_PASSWORD, LEAST_KEY = 12, 32
LEAST_DIFFERENT = 6
_KNOWN = ("admin", "bedside", "changeme", "change-me", "default", "letmein", "password", "postgres", "secret", "test")
"""What stands in examples and is left there; a value that is little more than one of them is no secret."""
_LITTLE_MORE = 12


async def _private(runtime: Runtime) -> Finding:
    home, file = runtime.settings.home, runtime.settings.file
    return await in_thread(lambda: private_finding(home / "secrets", file, os.geteuid()))


def private_finding(folder: Path, settings_file: Path | None, user: int) -> Finding:
    """Return whether nobody but Bedside's user reaches the folder of secrets, its files and the settings file."""
    files = [folder, *sorted(folder.iterdir())] if folder.is_dir() else []
    if settings_file is not None and settings_file.exists():
        files.append(settings_file)
    if not files:
        return skipped("No secret is kept below BEDSIDE_HOME.")
    open_, foreign = [], []
    for file in files:
        found = file.lstat()
        # A symbolic link has no mode of its own; what it leads to counts.
        mode = file.stat().st_mode if stat.S_ISLNK(found.st_mode) else found.st_mode
        if mode & 0o077:
            open_.append(file)
        if found.st_uid not in (user, 0):
            foreign.append(file)
    return Finding(
        status=Health.DOWN
        if any(f != settings_file for f in open_)
        else Health.DEGRADED
        if open_ or foreign
        else Health.HEALTHY,
        evidence=f"{len(files)} files and folders with secrets; open to others: {_names(open_)}; "
        f"owned by others: {_names(foreign)}.",
        remedy=f"chmod go-rwx {' '.join(map(str, open_))}" if open_ else None,
        conditions=[
            Condition(name="open to other users", value=_names(open_), threshold="none", ok=not open_),
            Condition(name="owned by other users", value=_names(foreign), threshold="none", ok=not foreign),
        ],
    )


async def _age(runtime: Runtime) -> Finding:
    days = runtime.settings.get(InstallationCheckSettings).secret_days
    return await in_thread(lambda: age_finding(runtime.settings.home / "secrets", runtime.clock.now(), days))


def age_finding(folder: Path, now: datetime, most_days: int) -> Finding:
    """Return how old the oldest secret is, by when its file was written."""
    files = sorted(folder.glob("[!.]*")) if folder.is_dir() else []
    if not files:
        return skipped("No secret is kept below BEDSIDE_HOME.")
    ages = {file.name: (now.timestamp() - file.stat().st_mtime) / 86_400 for file in files}
    old = sorted(name for name, days in ages.items() if days >= most_days)
    oldest = max(ages.values())
    return Finding(
        status=Health.DEGRADED if old else Health.HEALTHY,
        evidence=f"The oldest of {len(files)} secrets is {oldest:.0f} days old; too old: {', '.join(old) or 'none'}.",
        value=round(oldest, 1),
        threshold=float(most_days),
        conditions=[
            Condition(name="oldest secret", value=f"{oldest:.0f} days", threshold=f"under {most_days} days", ok=not old)
        ],
    )


async def _strength(runtime: Runtime) -> Finding:
    return strength_finding(runtime.settings)


def strength_finding(settings: Settings) -> Finding:
    """Return which secrets in force are too short, too plain or known from examples."""
    weak = sorted(f"{name} ({why})" for name, why in _weak(settings))
    return Finding(
        status=Health.DOWN if weak else Health.HEALTHY,
        evidence=f"Easily guessed: {', '.join(weak)}." if weak else "No secret in force is easily guessed.",
        value=float(len(weak)),
        threshold=1.0,
        conditions=[
            Condition(name="easily guessed secrets", value=", ".join(weak) or "none", threshold="none", ok=not weak)
        ],
    )


def _weak(settings: Settings) -> Iterator[tuple[str, str]]:
    for section in settings:
        generated = section.secrets()
        for field, info in type(section).model_fields.items():
            value = getattr(section, field)
            if not isinstance(value, SecretStr) or not value.get_secret_value():
                continue
            name, text = str(info.alias), value.get_secret_value()
            why = weakness(text if "://" not in text else _password(text), key=name in generated)
            if why:
                yield name, why


def weakness(secret: str | None, *, key: bool) -> str | None:
    """Return what is wrong with a password or, where ``key``, with a key; None where nothing is."""
    if secret is None:
        return None
    least = LEAST_KEY if key else LEAST_PASSWORD
    if any(secret.lower().startswith(known) and len(secret) < len(known) + _LITTLE_MORE for known in _KNOWN):
        return "known from examples"
    if len(secret) < least:
        return f"under {least} characters"
    if len(set(secret)) < LEAST_DIFFERENT:
        return f"under {LEAST_DIFFERENT} different characters"
    return None


def _password(url: str) -> str | None:
    """Return the password of an address, or None: a peer or a certificate may be what signs in."""
    try:
        password = urlsplit(url.split()[0]).password
    except ValueError:
        return None
    return unquote(password) if password else None


def _names(files: Sequence[Path]) -> str:
    return ", ".join(file.name for file in files) or "none"


_MEND = "Choose others (bedside config init prints strong ones), set them, and start Bedside again."

CHECKS: tuple[Check, ...] = (
    Check(
        "secrets",
        "Secrets' files",
        _private,
        "Let Bedside's user own BEDSIDE_HOME/secrets, and nobody else read it (chmod -R go-rwx).",
        name="secrets.permissions",
        category=Category.SECURITY,
        period=timedelta(minutes=10),
    ),
    Check(
        "secrets",
        "Secrets' age",
        _age,
        "Plan a change of the secrets that are named; the runbook rotates them at least once a year.",
        name="secrets.age",
        category=Category.SECURITY,
        period=timedelta(hours=1),
    ),
    Check(
        "secrets",
        "Secrets' strength",
        _strength,
        _MEND,
        name="secrets.strength",
        category=Category.SECURITY,
        period=timedelta(minutes=10),
    ),
)
