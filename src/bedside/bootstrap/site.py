"""Puts together what features know about this place, for the pages' first screen."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version

from bedside.care.settings import CareSettings
from bedside.identity.sample import SAMPLE_ACCOUNTS, SAMPLE_PASSWORD
from bedside.identity.settings import IdentitySettings
from bedside.models.service import model_name
from bedside.platform.access.actor import STAFF, Role
from bedside.platform.config import Settings
from bedside.platform.config.core import Environment, ServerSettings
from bedside.platform.site import (
    Emergency,
    EmergencySign,
    SampleSignIn,
    SignIn,
    Site,
    SiteDescription,
    Staffed,
)
from bedside.triage.service import clinically_reviewed
from bedside.triage.signs import emergency_signs


def site_description(settings: Settings) -> SiteDescription:
    """Return the part behind ``GET /api/site``."""

    def describe(now: datetime) -> Site:
        return Site(
            organisation=settings.core.organisation,
            version=version("bedside"),
            locale=settings.core.locale,
            time_zone=settings.get(CareSettings).time_zone,
            emergency=_emergency(settings),
            staffed=_staffed(settings.get(CareSettings), now),
            sign_in=_sign_in(settings),
            chat_model=model_name(settings) is not None,
            clinically_reviewed=clinically_reviewed(),
        )

    return SiteDescription(describe)


def _emergency(settings: Settings) -> Emergency:
    file = emergency_signs()
    sources = [(sign, file.source_of(sign)) for sign in file.signs]
    return Emergency(
        number=settings.core.emergency_number,
        crisis_line=settings.core.crisis_line,
        signs=tuple(
            EmergencySign(id=sign.id, text=sign.text, source=source.cite(None), url=source.url)
            for sign, source in sources
        ),
    )


def _staffed(care: CareSettings, now: datetime) -> Staffed:
    is_staffed = care.hours.is_staffed(now)
    return Staffed(
        hours=care.staffed_hours,
        always=care.hours.always,
        now=is_staffed,
        next_opening=None if is_staffed else care.hours.next_opening(now),
    )


def _sign_in(settings: Settings) -> SignIn:
    identity = settings.get(IdentitySettings)
    needed = identity.needs_second_factor(settings.core.environment)
    return SignIn(
        sign_up=identity.lets_sign_up(settings.core),
        second_factor_roles=tuple(role for role in Role if needed and role in STAFF),
        password_min_length=identity.password_length,
        idle_minutes=identity.idle_minutes,
        samples=_samples(settings),
    )


def _samples(settings: Settings) -> tuple[SampleSignIn, ...]:
    """Settings refuse SAMPLE_DATA elsewhere already; passwords are told on more than one condition all the same."""
    core = settings.core
    here = core.environment is Environment.DEVELOPMENT and settings.get(ServerSettings).is_loopback
    if not (core.sample_data and here):
        return ()
    return tuple(
        SampleSignIn(login=login, name=name, role=role, password=SAMPLE_PASSWORD)
        for login, name, role in SAMPLE_ACCOUNTS
    )
