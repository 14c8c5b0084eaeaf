"""The signs to call the emergency number for, as the first page shows them. Read without the protocols: in a moment."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import Field, model_validator

from bedside.triage.protocol import Sentence, Slug, Source, Strict


class Sign(Strict):
    """One sign in a lay person's words, and what somebody who has it may write."""

    id: Slug
    text: Sentence
    source: Slug
    example: Sentence


class SignsFile(Strict):
    """All signs, the gravest and commonest first."""

    version: str = Field(pattern=r"^\d+\.\d+$")
    clinical_review: str = Field(min_length=5)
    sources: dict[Slug, Source] = Field(min_length=1)
    signs: tuple[Sign, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _cited(self) -> SignsFile:
        if {sign.source for sign in self.signs} != set(self.sources):
            raise ValueError("every sign names one of the sources, and every source is named by a sign")
        return self

    def source_of(self, sign: Sign) -> Source:
        """Return the document that ``sign`` comes from."""
        return self.sources[sign.source]


@cache
def emergency_signs() -> SignsFile:
    """Return the shipped signs. Raises pydantic's ValidationError where the file is damaged."""
    text = files("bedside.triage").joinpath("data", "emergency-signs.yaml").read_text(encoding="utf-8")
    return SignsFile.model_validate(yaml.safe_load(text))
