"""The signs of the first page: sourced, short, and what the protocols call an emergency too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from bedside.triage.schemas import Level
from bedside.triage.service import screen
from bedside.triage.signs import Sign, SignsFile, emergency_signs


@pytest.mark.parametrize("sign", emergency_signs().signs, ids=lambda sign: sign.id)
def test_who_has_the_sign_is_an_emergency_in_triage(sign: Sign) -> None:
    found = screen(sign.example)
    assert found.emergency
    assert found.level is Level.EMERGENCY


def test_the_signs_are_few_and_can_be_read_in_fright() -> None:
    signs = emergency_signs().signs
    assert 6 <= len(signs) <= 12
    assert len({sign.id for sign in signs}) == len(signs)
    assert all(len(sign.text) <= 100 for sign in signs)
    assert all(emergency_signs().source_of(sign).publisher for sign in signs)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file["signs"][0].update(source="nobody"),
        lambda file: file["signs"].clear(),
        lambda file: file["signs"][0].update(text=""),
        lambda file: file["signs"][0].update(unknown="key"),
        lambda file: file["sources"].update(more={"publisher": "NHS", "title": "Unused", "year": 2020}),
        lambda file: file.pop("clinical_review"),
    ],
)
def test_a_damaged_file_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    file = emergency_signs().model_dump(mode="json")
    change(file)
    with pytest.raises(ValidationError):
        SignsFile.model_validate(file)
