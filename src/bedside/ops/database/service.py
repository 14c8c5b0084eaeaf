"""Setting up, migrating and looking at the database, embedded or external."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields
from enum import StrEnum
from typing import TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import column, func, select, table

from bedside.ops.database import inspection
from bedside.ops.database.checks.all import DATABASE_CHECKS
from bedside.ops.database.checks.bloat import EXACT
from bedside.ops.database.checks.scene import Skip, scene_of
from bedside.ops.database.client import find_psql, run_psql
from bedside.ops.database.schemas import (
    Advice,
    AdviceReport,
    BlockedReport,
    DatabaseOverview,
    DatabaseStatus,
    MigrationResult,
    PoolReport,
    SetupReport,
    SlowQueries,
    Tuning,
)
from bedside.ops.database.tuning import tune
from bedside.platform.access.actor import Actor, Permission
from bedside.platform.checks import Check, CheckResult, Health
from bedside.platform.config import Settings
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.database.migrate import current, head, migrate
from bedside.platform.database.monitor import DatabaseMonitor
from bedside.platform.database.revision import revision
from bedside.platform.database.roles import (
    DATABASE,
    ROLES,
    DatabaseUrls,
    embedded_passwords,
    embedded_urls,
    external_urls,
    role_name,
)
from bedside.platform.database.urls import psycopg_url
from bedside.platform.embedded.provision import check_roles, provision_roles
from bedside.platform.embedded.server import EmbeddedPostgres
from bedside.platform.errors import BadInput, SettingsError, Unavailable
from bedside.platform.runtime import Runtime


def set_up(settings: Settings) -> SetupReport:
    """Make the database, roles and extensions. Raises SettingsError, ProvisionError.

    On the server of DATABASE_SETUP_URL where that is set, else on the embedded one. A role whose URL is set already
    keeps its password.
    """
    database = settings.get(DatabaseSettings)
    if database.setup_url is not None:
        passwords = {role_name(role): _password(database, role) or secrets.token_urlsafe(24) for role in ROLES}
        made = provision_roles(psycopg_url(database.setup_url.get_secret_value()), DATABASE, passwords)
        urls = {_setting(role): made.urls[role_name(role)] for role in ROLES}
        return SetupReport(done=list(made.created), missing=list(made.missing), urls=urls)
    if not database.is_embedded:
        raise SettingsError("Set DATABASE_SETUP_URL to a role with CREATEROLE and CREATEDB, for this command alone.")
    server = EmbeddedPostgres(settings.home)
    _require_running(server)
    made = provision_roles(server.superuser_dsn(), DATABASE, embedded_passwords(database))
    return SetupReport(done=list(made.created), missing=list(made.missing))


def check_setup(settings: Settings) -> SetupReport:
    """Sign in as each role and say what is missing; change nothing."""
    urls = _urls(settings)
    known = {role_name(f.name): url for f in fields(urls) if (url := getattr(urls, f.name))}
    missing = check_roles(known)
    return SetupReport(done=[] if missing else ["every role signs in and has its rights"], missing=list(missing))


def migrate_schema(settings: Settings, *, dry_run: bool) -> MigrationResult:
    """Upgrade to this version's schema, or say what would be done."""
    owner = _urls(settings).require("owner")
    before, target = current(owner), head()
    if before == target:
        return MigrationResult(before=before, after=target, changed=False, sentence=f"The schema is at {target}.")
    if dry_run:
        sentence = f"Would migrate from {before or 'nothing'} to {target}."
        return MigrationResult(before=before, after=before or "", changed=False, sentence=sentence)
    changed = migrate(owner)
    return MigrationResult(before=before, after=target, changed=changed, sentence=f"Migrated to {target}.")


async def status(runtime: Runtime) -> DatabaseStatus:
    """Return the database's version, size and connections. Raises Unavailable."""
    await runtime.database.ping()
    activity = table("pg_stat_activity", column("datname"))
    here = func.current_database()
    statement = select(
        func.current_setting("server_version"),
        func.pg_database_size(here),
        select(func.count()).select_from(activity).where(activity.c.datname == here).scalar_subquery(),
        func.current_setting("max_connections"),
    )
    async with runtime.database.engine.connect() as connection:
        server_version, size, connections, maximum = (await connection.execute(statement)).one()
    known = DatabaseStatus(
        server_version=server_version,
        embedded=runtime.settings.get(DatabaseSettings).is_embedded,
        revision=await revision(runtime.database),
        newest_revision=head(),
        size_bytes=size,
        connections=connections,
        max_connections=int(maximum),
    )
    return await _or_hint(
        inspection.describe(scene_of(runtime), known), lambda why: known.model_copy(update={"hint": why})
    )


async def overview(runtime: Runtime, actor: Actor) -> DatabaseOverview:
    """Return all that the page Database shows. Raises Forbidden, Unavailable."""
    await _may_look(runtime, actor)
    scene = scene_of(runtime)
    found = await status(runtime)
    return DatabaseOverview(
        status=found,
        pool=await _or_hint(inspection.pool(scene), lambda _: None),
        slow_queries=await _or_hint(inspection.slow_queries(scene), lambda why: SlowQueries(items=[], hint=why)),
        blocked=await _or_hint(inspection.blocked(scene), lambda _: None),
    )


async def pool(runtime: Runtime) -> PoolReport:
    """Return who has the server's connections. Raises SettingsError without a monitor role, Unavailable."""
    return await inspection.pool(scene_of(runtime))


async def slow_queries(runtime: Runtime, *, by: str, limit: int) -> SlowQueries:
    """Return the slowest statements, without values. Raises SettingsError, Unavailable."""
    return await inspection.slow_queries(scene_of(runtime), by=by, limit=limit)


async def blocked(runtime: Runtime) -> BlockedReport:
    """Return who waits for a lock, and for whom. Raises SettingsError, Unavailable."""
    return await inspection.blocked(scene_of(runtime))


class Order(StrEnum):
    """How slow statements are ranked."""

    MEAN = "mean"
    TOTAL = "total"
    MAX = "max"
    CALLS = "calls"


class ShellRole(StrEnum):
    """As whom psql may be opened. Not as the backup role, which reads every patient's rows."""

    MONITOR = "monitor"
    APP = "app"
    JOBS = "jobs"
    OWNER = "owner"


async def advice(
    runtime: Runtime,
    *,
    exact: bool = False,
    memory_gib: float | None = None,
    processors: int | None = None,
    checks: Sequence[Check] = DATABASE_CHECKS,
) -> AdviceReport:
    """Return what every check of the database advises, and how to tune the server. Changes nothing.

    ``exact``: every page of the larger tables and indexes is read for bloat, and every one looked at for damage.
    Raises Unavailable where the database does not answer.
    """
    await runtime.database.ping()
    # Whoever asks again has mended something, and wants to see it.
    runtime.part(DatabaseMonitor).forget()
    chosen = [EXACT.get(check.name, check) if exact else check for check in checks if exact or not check.is_slow]
    # One after another: they share a connection, and none is to be out of time because others were before it.
    results = [await check.run(runtime) for check in chosen]
    scene = scene_of(runtime)
    hint, tuning = None, []
    try:
        tuning = await tune(scene, memory_gib=memory_gib, processors=processors)
    except Skip as why:
        hint = f"No tuning: {why} Tell it with --memory."
    except SettingsError as error:
        hint = error.message
    found = [_advice(result) for result in results if result.status is not Health.HEALTHY]
    return AdviceReport(
        advice=sorted(found, key=lambda one: (one.status is not Health.DOWN, one.name)),
        skipped={result.name: result.skipped for result in results if result.skipped},
        looked_at=sum(result.skipped is None for result in results),
        tuning=tuning,
        hint=hint,
    )


async def tuning(runtime: Runtime, *, memory_gib: float | None, processors: int | None) -> list[Tuning]:
    """Return what to set, and why. Raises BadInput where the server's memory is not known, SettingsError."""
    try:
        return await tune(scene_of(runtime), memory_gib=memory_gib, processors=processors)
    except Skip as why:
        raise BadInput(f"No tuning: {why} Tell it with --memory.") from None


async def shell(runtime: Runtime, actor: Actor, role: ShellRole, command: str | None) -> int:
    """Record who opens psql as whom, run it to its end, return its exit code. Raises SettingsError, Unavailable."""
    settings = runtime.settings.get(DatabaseSettings)
    program = find_psql(settings.programs)
    url = _urls(runtime.settings).require(role.value)
    async with runtime.unit_of_work(actor) as ctx:
        # What is typed may hold a name: it is committed to, not stored.
        ctx.record("database.shell", "database", fields=[f"role={role.value}"], content={"command": command or ""})
    options = ["--set", "ON_ERROR_STOP=1", "--command", command] if command is not None else []
    # In this thread, which alone may handle Ctrl-C; nothing else runs in this process meanwhile.
    return run_psql(program, url, options)


async def advice_for(runtime: Runtime, actor: Actor) -> AdviceReport:
    """Return as ``advice``. Raises Forbidden, Unavailable."""
    await _may_look(runtime, actor)
    return await advice(runtime)


def _advice(result: CheckResult) -> Advice:
    return Advice(
        name=result.name,
        title=result.title,
        status=result.status,
        evidence=result.evidence,
        remedy=result.remedy,
        sql=result.sql,
        conditions=result.conditions,
        procedure=result.procedure,
    )


async def _may_look(runtime: Runtime, actor: Actor) -> None:
    async with runtime.unit_of_work(actor) as ctx:
        ctx.require(Permission.VIEW_HEALTH)


T = TypeVar("T")


async def _or_hint(wanted: Awaitable[T], otherwise: Callable[[str], T]) -> T:
    """Return ``wanted``, or ``otherwise`` of what to set where there is no monitor role."""
    try:
        return await wanted
    except SettingsError as error:
        return otherwise(error.message)


def _urls(settings: Settings) -> DatabaseUrls:
    database = settings.get(DatabaseSettings)
    if not database.is_embedded:
        return external_urls(database)
    server = EmbeddedPostgres(settings.home)
    _require_running(server)
    return embedded_urls(server, database)


def _require_running(server: EmbeddedPostgres) -> None:
    if not server.running():
        raise Unavailable("The embedded database does not run; start it first: bedside up")


def _password(database: DatabaseSettings, role: str) -> str | None:
    """Return the password in the URL that is set for ``role``, if any."""
    secret = database.url if role == "app" else getattr(database, f"{role}_url")
    if secret is None:
        return None
    try:
        parts = conninfo_to_dict(psycopg_url(secret.get_secret_value()))
    except psycopg.ProgrammingError:
        # Its text would quote the URL and the password in it.
        raise SettingsError(
            f"{_setting(role)} is not understood; use postgresql://ROLE:PASSWORD@HOST/DATABASE"
        ) from None
    return str(parts["password"]) if parts.get("user") == role_name(role) and parts.get("password") else None


def _setting(role: str) -> str:
    return "DATABASE_URL" if role == "app" else f"DATABASE_{role.upper()}_URL"
