"""``GET /api/site``: told to anybody, with everything else down; sample passwords in development alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest

from bedside.bootstrap.site import site_description
from bedside.care.settings import CareSettings
from bedside.identity.settings import IdentitySettings
from bedside.models.settings import ModelSettings
from bedside.platform.config import Settings
from bedside.platform.config.core import CoreSettings, Environment, ServerSettings
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.site import Site
from tests.conftest import serving
from tests.support.postgres import TestCluster

SUNDAY = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def described(settings: Settings, at: datetime = SUNDAY) -> Site:
    return site_description(settings).describe(at)


def core(settings: Settings, **update: Any) -> CoreSettings:
    return settings.core.model_copy(update=update)


def test_nobody_needs_to_sign_in(http: httpx.Client) -> None:
    answer = http.get("/api/site")
    assert answer.status_code == 200
    site = answer.json()
    assert site["emergency"]["number"] == "112"
    assert site["emergency"]["crisis_line"] is None
    assert {"id", "text", "source", "url"} == set(site["emergency"]["signs"][0])
    assert site["staffed"] == {"hours": "always", "always": True, "now": True, "next_opening": None}
    assert site["sign_in"] == {
        "sign_up": False,
        "second_factor_roles": [],
        "password_min_length": 12,
        "idle_minutes": 15,
        "samples": [],
    }
    assert (site["organisation"], site["locale"], site["time_zone"]) == ("Bedside", "en", "UTC")
    assert (site["chat_model"], site["clinically_reviewed"]) == (False, False)
    assert "example" not in answer.text


def test_it_answers_without_a_database(http: httpx.Client, cluster: TestCluster, urls: DatabaseUrls) -> None:
    cluster.drop_database(str(psycopg.conninfo.conninfo_to_dict(urls.app)["dbname"]))
    assert http.get("/api/site").json()["emergency"]["number"] == "112"


def test_with_sample_data_its_sign_ins_work_and_patients_may_sign_up(settings: Settings, urls: DatabaseUrls) -> None:
    with_samples = settings.replace(core(settings, sample_data=True))
    told = described(with_samples).sign_in
    assert told.sign_up
    assert {sample.role.value for sample in told.samples} == {"patient", "nurse", "physician", "admin"}
    with serving(with_samples, urls) as address, httpx.Client(base_url=address, trust_env=False) as http:
        new = {"login": "newcomer@example.org", "display_name": "New Comer", "password": "a calm word 4 me"}
        assert http.post("/api/auth/register", json=new).status_code == 201


def test_sign_up_is_as_the_operator_says(settings: Settings) -> None:
    for allowed in (True, False):
        identity = settings.get(IdentitySettings).model_copy(update={"allow_sign_up": allowed})
        for sample_data in (True, False):
            assert (
                described(settings.replace(identity, core(settings, sample_data=sample_data))).sign_in.sign_up
                is allowed
            )


@pytest.mark.parametrize(
    ("environment", "host", "sample_data"),
    [
        (Environment.PRODUCTION, "127.0.0.1", True),
        (Environment.STAGING, "127.0.0.1", True),
        (Environment.DEVELOPMENT, "0.0.0.0", True),
        (Environment.DEVELOPMENT, "192.0.2.7", True),
        (Environment.DEVELOPMENT, "127.0.0.1", False),
    ],
)
def test_sample_passwords_are_told_nowhere_else(
    settings: Settings, environment: Environment, host: str, sample_data: bool
) -> None:
    elsewhere = settings.replace(
        core(settings, environment=environment, sample_data=sample_data),
        settings.get(ServerSettings).model_copy(update={"host": host}),
    )
    assert described(elsewhere).sign_in.samples == ()


def test_production_asks_staff_for_a_second_factor(settings: Settings) -> None:
    site = described(settings.replace(core(settings, environment=Environment.PRODUCTION)))
    assert [role.value for role in site.sign_in.second_factor_roles] == ["nurse", "physician", "admin"]


def test_when_nobody_is_there_the_next_opening_is_told(settings: Settings) -> None:
    hours = CareSettings(staffed_hours="Mon-Fri 08:00-18:00", time_zone="Europe/Berlin")
    staffed = described(settings.replace(hours)).staffed
    assert (staffed.hours, staffed.now) == ("Mon-Fri 08:00-18:00", False)
    assert staffed.next_opening == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    monday = described(settings.replace(hours), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)).staffed
    assert (monday.now, monday.next_opening) == (True, None)


def test_a_chat_model_is_told_of_without_its_address_or_name(settings: Settings) -> None:
    model = ModelSettings(url="http://127.0.0.1:8001/v1", name="secret-name")
    site = described(settings.replace(model))
    assert site.chat_model
    assert "secret-name" not in site.model_dump_json()
    assert "8001" not in site.model_dump_json()
