"""``/api/checks``: every check with its newest result, one's past, and a new look, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg.conninfo import conninfo_to_dict

from bedside.bootstrap.checks import CHECKS
from bedside.bootstrap.procedures import PROCEDURES
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from tests.support.house import House, open_house
from tests.support.postgres import TestCluster


@pytest.fixture
def house(settings: Settings, urls: DatabaseUrls, cluster: TestCluster) -> Iterator[House]:
    name = conninfo_to_dict(urls.require("app"))["dbname"]
    with open_house(settings, urls, cluster.superuser_url(str(name))) as opened:
        yield opened


def test_checks_are_listed_looked_at_and_remembered(house: House) -> None:
    before = house.get("admin", "/api/checks").json()
    assert [item["last"] for item in before["items"]] == [None] * len(CHECKS)
    assert {item["name"] for item in before["items"]} == {check.name for check in CHECKS}

    disk = house.post("admin", "/api/checks/disk.space/run").json()
    assert disk["thresholds"] == {"warning": 85.0, "critical": 90.0, "unit": "%"}
    assert (disk["last"]["name"], disk["last"]["evidence"][-8:]) == ("disk.space", "re free.")
    assert disk["last"]["conditions"][0]["threshold"] == "under 85 %"

    past = house.get("admin", "/api/checks/disk.space", hours=6).json()
    assert (past["hours"], len(past["history"]), past["history"][-1]["checks"]) == (6, 60, 1)

    after = house.post("admin", "/api/checks/all/run").json()
    looked = {item["name"]: item["last"] for item in after["items"]}
    assert looked["db.connection"]["status"] == "healthy"
    assert looked["secrets.strength"] is not None
    assert 0 <= after["score"] <= 100
    actions = house.sql("SELECT action, count(*) FROM audit_events WHERE action = 'check.run' GROUP BY 1")
    assert actions == [("check.run", 2)]


@pytest.mark.parametrize("name", ["nothing", "x" * 65, "disk space", "disk.space%00", "DISK.SPACE", "..%2fhealth"])
def test_names_of_no_check(house: House, name: str) -> None:
    for answer in (house.get("admin", f"/api/checks/{name}"), house.post("admin", f"/api/checks/{name}/run")):
        assert answer.status_code in (404, 422)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_health_report_keeps_weaknesses_from_strangers(house: House) -> None:
    house.post("admin", "/api/checks/all/run")
    told = house.get("nobody", "/health").json()
    assert {"secrets", "signin", "certificates", "audit"}.isdisjoint({part["part"] for part in told["parts"]})
    assert house.get("nobody", "/health/secrets").status_code == 404


def test_every_procedure_that_a_check_names_exists() -> None:
    known = {procedure.name for procedure in PROCEDURES}
    assert {check.procedure for check in CHECKS if check.procedure} <= known
