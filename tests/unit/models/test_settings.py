"""Which model addresses are refused before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bedside.models.service import chat_model, model_name
from bedside.models.settings import ModelSettings
from bedside.platform.config import load_settings
from bedside.platform.config.core import CORE_SECTIONS
from bedside.platform.errors import SettingsError


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8001/v1",
        "http://localhost:11434/v1",
        "http://[::1]:1/v1",
        "http://10.1.2.3/v1",
        "http://192.168.0.9:8000/v1",
        "https://models.example.org/v1",
    ],
)
def test_safe_addresses_are_taken(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_URL", url)
    settings = load_settings((*CORE_SECTIONS, ModelSettings))
    assert model_name(settings) == "default"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://models.example.org/v1", "unencrypted"),
        ("http://8.8.8.8/v1", "unencrypted"),
        ("http://0.0.0.0/v1", "unencrypted"),
        ("http://127.0.0.1.example.org/v1", "unencrypted"),
        ("http://localhost.example.org/v1", "unencrypted"),
        ("http://2130706433/v1", "unencrypted"),
        ("ftp://127.0.0.1/v1", "must be an address"),
        ("file:///etc/passwd", "must be an address"),
        ("127.0.0.1:8001", "must be an address"),
        ("http://[::1/v1", "must be an address"),
        ("http://127.0.0.1:99999/v1", "must be an address"),
        ("https://user:pw@models.example.org/v1", "MODEL_API_KEY"),  # pragma: allowlist secret
        ("https://models.example.org/v1?key=1", "MODEL_API_KEY"),
    ],
)
def test_unsafe_addresses_refuse_to_start(url: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_URL", url)
    with pytest.raises(SettingsError, match=told):
        load_settings((*CORE_SECTIONS, ModelSettings))


def test_without_an_address_there_is_no_model() -> None:
    settings = load_settings((*CORE_SECTIONS, ModelSettings))
    assert chat_model(settings) is None
    assert model_name(settings) is None


@pytest.mark.parametrize("field", [{"timeout_seconds": 0}, {"temperature": 3}, {"name": ""}, {"url": "x" * 501}])
def test_values_out_of_range_are_refused(field: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ModelSettings.model_validate(field)
