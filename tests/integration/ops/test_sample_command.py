"""``bedside sample-data`` as people run it."""

from __future__ import annotations

import json
import os

import pytest

from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from tests.support.command import run_command


@pytest.fixture
def env(settings: Settings, urls: DatabaseUrls) -> dict[str, str]:
    names = {"app": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "jobs": "DATABASE_JOBS_URL"}
    return {**os.environ, **{name: urls.require(role) for role, name in names.items()}, "SAMPLE_DATA": "true"}


def test_a_reset_is_tried_confirmed_and_done(env: dict[str, str]) -> None:
    seeded = run_command("db", "seed", "--json", env=env, stdin="")
    assert json.loads(seeded.stdout)["sample cases"] == 5
    dry = run_command("sample-data", "reset", "--dry-run", "--json", env=env, stdin="")
    assert json.loads(dry.stdout)["records"]["patients"] == 5
    unconfirmed = run_command("sample-data", "reset", env=env, stdin="")
    assert unconfirmed.returncode == 2
    assert "--yes" in unconfirmed.stderr
    done = run_command("sample-data", "reset", "--yes", "--json", env=env, stdin="")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["deleted"]["patients"], report["created"]["sample cases"]) == (5, 5)


def test_without_sample_data_it_refuses(env: dict[str, str]) -> None:
    refused = run_command("sample-data", "reset", "--yes", env={**env, "SAMPLE_DATA": "false"}, stdin="")
    assert refused.returncode == 1
    assert "SAMPLE_DATA is off here" in refused.stderr
