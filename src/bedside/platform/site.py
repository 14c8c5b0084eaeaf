"""What a place tells anybody about itself: the shape of it, and the part that gives it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from bedside.platform.access.actor import Role


class SiteModel(BaseModel):
    """What is told about this place."""

    model_config = ConfigDict(frozen=True)


class EmergencySign(SiteModel):
    """A sign to call the emergency number for, in a lay person's words."""

    id: str
    text: str
    source: str = Field(description="The public document that it comes from.")
    url: str | None = None


class Emergency(SiteModel):
    """Whom to call, and when."""

    number: str
    crisis_line: str | None = Field(description="For people who think of ending their life; null where none is set.")
    signs: tuple[EmergencySign, ...]


class Staffed(SiteModel):
    """When somebody is there to read a case."""

    hours: str = Field(description='As the operator wrote it: "Mon-Fri 08:00-18:00; Sat 09:00-13:00", or "always".')
    always: bool
    now: bool
    next_opening: datetime | None = Field(description="UTC; null where somebody is there now, or nobody for a month.")


class SampleSignIn(SiteModel):
    """A sign-in of the sample data, whose password is public."""

    login: str
    name: str
    role: Role
    password: str


class SignIn(SiteModel):
    """How people get in."""

    sign_up: bool = Field(description="Whether patients may create accounts for themselves.")
    second_factor_roles: tuple[Role, ...] = Field(description="Who needs a second factor to sign in.")
    password_min_length: int
    idle_minutes: int = Field(description="Sign out after so many minutes without a touch.")
    samples: tuple[SampleSignIn, ...] = Field(description="Empty everywhere but in development with sample data.")


class Site(SiteModel):
    """This Bedside, as it is told to anybody."""

    organisation: str
    version: str
    locale: str = Field(description="RFC 5646: en, en-GB.")
    time_zone: str = Field(description="The service's, by its IANA name.")
    emergency: Emergency
    staffed: Staffed
    sign_in: SignIn
    chat_model: bool = Field(description="Whether a chat model is set up; without one answers are the sources' own.")
    clinically_reviewed: bool = Field(description="Whether a clinician has reviewed every protocol and sign in force.")


class SiteDescription:
    """A part: ``describe`` gives the site as it is at a moment."""

    def __init__(self, describe: Callable[[datetime], Site]) -> None:
        self.describe = describe
