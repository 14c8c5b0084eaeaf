"""Resetting the sample data."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class SampleReset(BaseModel):
    """The confirmation, typed out: what is deleted is gone."""

    model_config = ConfigDict(extra="forbid")

    confirm: Literal["reset sample data"]


class SampleState(BaseModel):
    """Whether there is sample data to reset here, and how many rows of each kind would be deleted."""

    available: bool
    reason: str | None = Field(description="Why not.")
    records: dict[str, int]


class SampleReport(BaseModel):
    """What was deleted and what was made anew, by kind."""

    deleted: dict[str, int]
    created: dict[str, int]
