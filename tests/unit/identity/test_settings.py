"""Settings that are not safe refuse the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bedside.identity.settings import IdentitySettings
from bedside.platform.config import load_settings
from bedside.platform.config.core import Environment
from bedside.platform.errors import SettingsError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_missing_keys_are_generated_and_kept_for_the_owner(home: Path) -> None:
    first = load_settings([IdentitySettings]).get(IdentitySettings)
    again = load_settings([IdentitySettings]).get(IdentitySettings)
    assert first.jwt_secret_key is not None
    assert first.jwt_secret_key == again.jwt_secret_key
    assert first.identity_key != first.jwt_secret_key
    assert (home / "secrets" / "jwt_secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEY", "IDENTITY_KEY"])
def test_a_weak_key_refuses_to_start(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "planted-short-key")
    with pytest.raises(SettingsError, match=f"{name} is shorter than 32 bytes") as error:
        load_settings([IdentitySettings])
    assert "planted" not in str(error.value)


@pytest.mark.parametrize("algorithm", ["none", "RS256", "HS512", "hs256"])
def test_another_algorithm_is_refused(algorithm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_ALGORITHM", algorithm)
    with pytest.raises(SettingsError, match="HS256 alone"):
        load_settings([IdentitySettings])


@pytest.mark.parametrize(
    ("setting", "environment", "needed"),
    [
        (None, Environment.DEVELOPMENT, False),
        (None, Environment.STAGING, False),
        (None, Environment.PRODUCTION, True),
        (True, Environment.DEVELOPMENT, True),
        (False, Environment.PRODUCTION, False),
    ],
)
def test_when_staff_need_a_second_factor(setting: bool | None, environment: Environment, needed: bool) -> None:
    assert IdentitySettings(second_factor=setting).needs_second_factor(environment) is needed


def test_production_without_a_second_factor_refuses_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_SECOND_FACTOR", "false")
    load_settings([IdentitySettings])
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(SettingsError, match="REQUIRE_SECOND_FACTOR is off in production"):
        load_settings([IdentitySettings])


@pytest.mark.parametrize(
    "values",
    [
        {"access_minutes": 0},
        {"access_minutes": 24 * 60},
        {"lockout_failures": 1},
        {"password_length": 4},
        {"link_minutes": 0},
    ],
)
def test_values_out_of_range_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        IdentitySettings(**values)


def test_no_key_shows_in_a_repr() -> None:
    assert "planted" not in repr(
        IdentitySettings(jwt_secret_key=SecretStr("planted"), identity_key=SecretStr("planted"))
    )
