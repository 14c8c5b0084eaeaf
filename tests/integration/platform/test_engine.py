"""Connections: one that died while it lay idle is replaced unseen; the count of those in use stays right."""

from __future__ import annotations

import psycopg
import pytest

from bedside.platform.access.actor import Actor
from bedside.platform.database import engine
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import SettingsError
from bedside.platform.runtime import Runtime


async def test_a_connection_that_died_idle_is_replaced_unseen(
    runtime: Runtime, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ASK_AFTER_SECONDS", 0.0)
    async with runtime.unit_of_work(Actor.system()) as ctx:
        ctx.record("case.look", "case")
    with psycopg.connect(urls.app, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'bedside test' AND datname = current_database()"
        )
    async with runtime.unit_of_work(Actor.system()) as ctx:
        ctx.record("case.look", "case")
    assert runtime.database.active == 0


@pytest.mark.parametrize("role", ["owner", "backup"])
async def test_a_role_that_row_security_does_not_bind_is_refused(
    runtime: Runtime, urls: DatabaseUrls, role: str
) -> None:
    from bedside.platform.config.core import DatabaseSettings

    unsafe = engine.Database(
        urls.require(role), runtime.settings.get(DatabaseSettings), application_name="bedside test"
    )
    with pytest.raises(SettingsError, match="bedside_app"):
        await unsafe.require_safe_role()
    await unsafe.close()
