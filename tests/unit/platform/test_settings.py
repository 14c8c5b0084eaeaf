"""Settings: names as the runbooks write them, secrets generated, mistakes named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedside.bootstrap.settings import SECTIONS, read_settings
from bedside.ops.health.checks import settings_finding
from bedside.platform.access.settings import AccessSettings
from bedside.platform.checks import Health
from bedside.platform.config.core import DatabaseSettings, LogSettings, ServerSettings
from bedside.platform.config.load import known_names
from bedside.platform.errors import SettingsError


def test_defaults_need_nothing(home: Path) -> None:
    settings = read_settings()
    assert settings.home == home
    assert settings.get(ServerSettings).url == "http://127.0.0.1:8000"
    assert settings.get(DatabaseSettings).is_embedded


def test_generated_secrets_are_kept_and_private(home: Path) -> None:
    first = read_settings().get(AccessSettings).key()
    assert read_settings().get(AccessSettings).key() == first
    assert len(first) >= 32
    files = list((home / "secrets").iterdir())
    assert files
    assert all(f.stat().st_mode & 0o077 == 0 for f in files)


def test_looking_at_settings_generates_nothing(home: Path) -> None:
    read_settings(generate_secrets=False)
    assert not home.exists()


def test_a_secret_that_others_may_read_is_refused(home: Path) -> None:
    read_settings()
    (home / "secrets" / "audit_key").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_settings()


def test_an_empty_secret_is_refused(home: Path) -> None:
    read_settings()
    (home / "secrets" / "audit_key").write_text("")
    with pytest.raises(SettingsError, match="empty"):
        read_settings()


def test_name_file_holds_a_secret(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("from-a-file-of-the-platform\n")
    monkeypatch.setenv("AUDIT_KEY_FILE", str(tmp_path / "key"))
    assert read_settings().get(AccessSettings).key() == b"from-a-file-of-the-platform"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"x" * 70_000])
def test_a_bad_secret_file_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("AUDIT_KEY_FILE", str(path))
    with pytest.raises(SettingsError, match="AUDIT_KEY_FILE"):
        read_settings()


def test_the_environment_wins_over_the_file(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=debug\nAPI_PORT=8001\n")
    monkeypatch.setenv("API_PORT", "8002")
    settings = read_settings()
    assert settings.get(LogSettings).level == "DEBUG"
    assert settings.get(ServerSettings).port == 8002


def test_a_typo_in_the_file_is_named_with_what_was_meant(home: Path, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_LEVLE=debug\n")
    with pytest.raises(SettingsError, match="LOG_LEVLE; did you mean LOG_LEVEL"):
        read_settings()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"A" * (2 * 1024 * 1024)])
def test_a_file_that_is_no_settings_file(home: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError, match=r"\.env"):
        read_settings()


def test_every_problem_is_named_at_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_PORT", "many")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(SettingsError, match=r"(?s)API_PORT.*LOG_LEVEL"):
        read_settings()


def test_errors_never_quote_a_value(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://app:hunter2@db/x")
    monkeypatch.setenv("API_PORT", "hunter2")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"SAMPLE_DATA": "true", "ENVIRONMENT": "production"}, "SAMPLE_DATA"),
        ({"SAMPLE_DATA": "true", "ENVIRONMENT": "staging"}, "SAMPLE_DATA"),
        ({"SAMPLE_DATA": "true", "API_HOST": "0.0.0.0"}, "loopback"),
        ({"CORS_ORIGINS": "*"}, "CORS_ORIGINS"),
        ({"ENVIRONMENT": "production", "API_HOST": "0.0.0.0"}, "FORCE_HTTPS"),
        ({"DATABASE_URL": "mysql://x"}, "postgresql://"),
        ({"DATABASE_OWNER_URL": "postgresql://x"}, "without DATABASE_URL"),
        ({"PUBLIC_URL": "ftp://x"}, "PUBLIC_URL"),
    ],
)
def test_unsafe_combinations_refuse_to_start(
    home: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], complaint: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=complaint):
        read_settings()


def test_names_are_unique_and_described() -> None:
    names = [str(f.alias) for kind in SECTIONS for f in kind.model_fields.values()]
    assert len(names) == len(set(names))
    assert all(f.alias and f.description for kind in SECTIONS for f in kind.model_fields.values())
    assert len({kind.section for kind in SECTIONS}) == len(SECTIONS)


def test_the_runbooks_names_are_known() -> None:
    wanted = {"DATABASE_URL", "REDIS_URL", "DB_POOL_SIZE", "LOG_LEVEL", "ENVIRONMENT", "API_HOST", "API_PORT"}
    assert wanted <= known_names(SECTIONS)


def test_a_missing_crisis_line_is_a_warning_that_refuses_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings()
    assert [warning.partition(" ")[0] for warning in settings.warnings()] == ["CRISIS_LINE"]
    told = settings_finding(settings)
    assert (told.status, told.conditions[0].ok) == (Health.HEALTHY, False)
    assert "CRISIS_LINE" in told.evidence
    assert (told.conditions[0].value, told.conditions[0].threshold) == ("CRISIS_LINE", "none")
    monkeypatch.setenv("ENVIRONMENT", "production")
    assert settings_finding(read_settings()).status is Health.DEGRADED
    monkeypatch.setenv("CRISIS_LINE", "116 123")
    assert read_settings().warnings() == []
    assert settings_finding(read_settings()).status is Health.HEALTHY
