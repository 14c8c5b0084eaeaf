"""What LOCALE decides: the number to call, unless EMERGENCY_NUMBER says another."""

from __future__ import annotations

from pathlib import Path

import pytest

from bedside.bootstrap.settings import read_settings
from bedside.platform.errors import SettingsError


@pytest.mark.parametrize(
    ("locale", "number"),
    [("en", "112"), ("en-GB", "999"), ("en-US", "911"), ("fr-CA", "911"), ("de-CH", "112"), ("zh-Hant-TW", "119")],
)
def test_the_number_follows_the_region(home: Path, monkeypatch: pytest.MonkeyPatch, locale: str, number: str) -> None:
    monkeypatch.setenv("LOCALE", locale)
    core = read_settings(generate_secrets=False).core
    assert (core.locale, core.emergency_number, core.crisis_line) == (locale, number, None)


def test_a_number_that_is_set_stands(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALE", "en-GB")
    monkeypatch.setenv("EMERGENCY_NUMBER", "144")
    monkeypatch.setenv("CRISIS_LINE", "116 123")
    core = read_settings(generate_secrets=False).core
    assert (core.emergency_number, core.crisis_line) == ("144", "116 123")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOCALE", "english"),
        ("LOCALE", "en_US.UTF-8"),
        ("LOCALE", "en-GB; drop table"),
        ("LOCALE", "e" * 10_000),
        ("CRISIS_LINE", "<script>"),
        ("CRISIS_LINE", "1"),
        ("CRISIS_LINE", "1" * 21),
        ("IDLE_SIGN_OUT_MINUTES", "0"),
        ("IDLE_SIGN_OUT_MINUTES", "soon"),
    ],
)
def test_what_is_neither_is_refused_with_its_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as caught:
        read_settings(generate_secrets=False)
    assert len(str(caught.value)) < 500
