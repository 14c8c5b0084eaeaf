"""The shape of shared/language.yaml and shared/lexicon.yaml."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Negation(_Strict):
    cues: list[str]
    not_before: list[str]
    terminators: list[str]
    list_joiners: list[str]
    after: list[str]
    max_words: int = Field(ge=1, le=30)


class Past(_Strict):
    phrases: list[str]
    unless: list[str]


class FamilyHistory(_Strict):
    phrases: list[str]


class Asked(_Strict):
    openings: list[str]
    conditional: list[str]
    unless: list[str]


class SubjectWords(_Strict):
    self_words: list[str] = Field(alias="self")
    child: list[str]
    other: list[str]
    pronouns: list[str]


class Speakers(_Strict):
    patient: list[str]
    clinician: list[str]


class LanguageFile(_Strict):
    """Word lists that say how English denies, dates and attributes."""

    version: str
    fillers: list[str]
    negation: Negation
    past: Past
    family_history: FamilyHistory
    asked: Asked
    speakers: Speakers
    subject: SubjectWords


class LexiconFile(_Strict):
    """Word groups that phrases name as {group}, and misspellings."""

    version: str
    groups: dict[str, list[str]]
    spellings: dict[str, str]
    protected: list[str] = Field(description="ordinary words that spelling repair must not take for a symptom")
