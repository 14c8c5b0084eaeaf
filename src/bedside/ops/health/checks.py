"""Checks of what everything else stands on: the database's connection, and settings that patients need."""

from __future__ import annotations

from bedside.platform.checks import Check, Condition, Finding, Health
from bedside.platform.config import Settings
from bedside.platform.config.core import Environment
from bedside.platform.runtime import Runtime


async def _database(runtime: Runtime) -> Finding:
    await runtime.database.ping()
    await runtime.database.require_safe_role()
    return Finding(
        status=Health.HEALTHY,
        evidence="The database answers, and its role is bound by row security.",
        conditions=[
            Condition(name="row security", value="binds the role", threshold="binds the role", ok=True),
        ],
    )


async def _settings(runtime: Runtime) -> Finding:
    return settings_finding(runtime.settings)


def settings_finding(settings: Settings) -> Finding:
    """Return what is missing in ``settings`` that patients need; in production that is degraded."""
    warnings = settings.warnings()
    # Elsewhere than in production nobody is a patient, so a warning is told and nothing more.
    serves = settings.core.environment is Environment.PRODUCTION
    return Finding(
        status=Health.DEGRADED if warnings and serves else Health.HEALTHY,
        evidence=" ".join(warnings) or "Nothing is missing in the settings.",
        remedy="Add it to the settings, and start Bedside again; `bedside config check` says the same."
        if warnings
        else None,
        conditions=[
            Condition(
                name="settings to add before patients come",
                value=", ".join(warning.partition(" ")[0] for warning in warnings) or "none",
                threshold="none",
                ok=not warnings,
            )
        ],
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "db",
        "Connection",
        _database,
        "Start PostgreSQL, or mend DATABASE_URL; `bedside config check` tells which.",
        name="db.connection",
        vital=True,
        time_limit_seconds=1.0,
    ),
    Check("settings", "Missing settings", _settings, "Run `bedside config check`.", name="settings.missing"),
)
