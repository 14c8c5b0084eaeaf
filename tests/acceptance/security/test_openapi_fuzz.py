"""Schemathesis over the whole OpenAPI document, as each role: no 5xx, nothing undocumented, answers as their schemas.

FUZZ_EXAMPLES and FUZZ_SEED ask for more or for other input, for example in a nightly run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import psycopg
import pytest
import schemathesis
from schemathesis.config import (
    GenerationConfig,
    OperationConfig,
    OperationsConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema
from schemathesis.filters import FilterSet
from schemathesis.generation import GenerationMode
from schemathesis.openapi.checks import RejectedPositiveData

from tests.support.house import NOBODY, Case, House
from tests.support.routes import ROLES, ROUTES

pytestmark = [pytest.mark.xdist_group("security-fuzz"), pytest.mark.timeout(1200)]

Database = psycopg.Connection[tuple[int]]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
SEED = int(os.environ.get("FUZZ_SEED", "20261122"))
LEAST_REQUESTS = 500
"""Fewer would mean that the document was not gone through."""

MEANS_NOTHING = {
    # 422 for what has the right shape: a schema can't tell these apart from what is accepted.
    "POST /api/triage": "text without words, or an answer to no question",
    "POST /api/auth/token": "a form holds no null, which the schema allows for the code that may be missing",
    "POST /api/auth/register": "an address that is none, or a password that is too easy",
    "POST /api/auth/reset": "a link that was never sent",
    "POST /api/auth/password": "a password that is too easy",
    "POST /api/auth/second-factor/confirm": "a code that is wrong",
    "POST /api/users": "an address that is none, or a password that is too easy",
    "POST /api/conversations": "a key that began another conversation",
    "GET /api/conversations": "a cursor that no page gave",
    "POST /api/conversations/{conversation_id}/messages": "no words, or a choice that was not offered",
    "GET /api/users": "a cursor that no page gave",
    "GET /api/audit/events": "a cursor that no page gave",
    "GET /api/jobs": "a cursor that no page gave",
    "GET /api/procedures/runs": "a cursor that no page gave",
    "POST /api/procedures/{name}/runs": "no confirmation by its name, or parameters that the procedure has not",
    "POST /api/maintenance/windows": "a reason without words, or times that no window can have",
    "POST /api/maintenance/holds": "a reason without words, or a patient and everything at once",
    "POST /api/maintenance/holds/{hold_id}/lift": "a reason without words",
    "GET /api/alerts/history": "a cursor that no page gave",
    "POST /api/alerts/silences": "a reason without words, times that no silence can have, or a rule and a part at once",
    "POST /api/alerts/{alert_id}/acknowledge": "a reason without words, or a time that is past or too far off",
    "POST /api/on-call": "a name without words, or a local time that no clock shows",
    "POST /api/rounds/{round_id}/items/{item}": "not done, and no note that says why",
    "GET /api/worklist": "a cursor that no page gave",
    "GET /api/knowledge/sources": "a cursor that no page gave",
    "GET /api/knowledge/search": "a question without words",
    "POST /api/assessments/{assessment_id}/release": "a reason without words",
    "POST /api/assessments/{assessment_id}/refer": "a reason without words",
    "POST /api/assessments/{assessment_id}/decision": "no words, or no reason for another level",
    "POST /api/assessments/{assessment_id}/notes": "no words",
    "POST /api/assessments/{assessment_id}/target": "a time in the past",
    "POST /api/patients/{patient_id}/break-glass": "no words",
}


@pytest.fixture(scope="module", autouse=True)
def cases(shared: Case, private: Case) -> tuple[Case, Case]:
    """Something to find."""
    return shared, private


def sign_in_each_request(schema: schemathesis.BaseSchema, house: House, who: str, database: Database) -> None:
    """Whatever a request did to the sign-in it came by (signing out is a route), the next one comes signed in."""
    in_force = "SELECT count(*) FROM sessions WHERE account_id = %s AND revoked_at IS NULL"

    @schema.auth(refresh_interval=None)
    class SignedIn:
        def get(self, _case: schemathesis.Case, _ctx: schemathesis.AuthContext) -> str:
            if database.execute(in_force, [house.accounts[who]]).fetchone() == (0,):
                house.sign_in(who)
            return house.tokens[who]

        def set(self, case: schemathesis.Case, data: str, _ctx: schemathesis.AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {data}"


def refused(who: str) -> OperationsConfig:
    """Where the table of routes refuses a role, it sends only what is well formed: 403, and nothing is read.

    What is malformed reaches every route all the same: as each role that may use it, and as nobody.
    """
    if who == NOBODY:
        return OperationsConfig()
    routes = FilterSet()
    routes.include(name=[route.name for route in ROUTES if route.own[ROLES.index(who)] == 403])
    well_formed = GenerationConfig(modes=[GenerationMode.POSITIVE])
    return OperationsConfig(operations=[OperationConfig(filter_set=routes, generation=well_formed)])


@pytest.fixture
def database(house: House) -> Iterator[Database]:
    with psycopg.connect(house.superuser_url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("who", [NOBODY, "patient", "nurse", "physician", "admin"])
def test_every_answer_is_documented(house: House, database: Database, who: str) -> None:
    sys.stdout.write(f"again with: FUZZ_SEED={SEED} FUZZ_EXAMPLES={EXAMPLES}\n")
    phases = PhasesConfig()
    if who != NOBODY:
        # Which methods a path has does not depend on who asks: gone through once.
        phases.coverage.unexpected_methods = {"trace"}
    project = ProjectConfig(
        base_url=house.address,
        phases=phases,
        operations=refused(who),
        generation=GenerationConfig(max_examples=EXAMPLES, deterministic=True, no_shrink=True),
        continue_on_failure=True,
        request_timeout=30,
        max_stream_events=1,  # GET /api/events has no end
    )
    config = SchemathesisConfig(seed=SEED, projects=ProjectsConfig(default=project))
    schema = schemathesis.openapi.from_url(f"{house.address}/api/openapi.json", config=config)
    if who != NOBODY:
        sign_in_each_request(schema, house, who, database)
    requests, found = run(schema)
    sys.stdout.write(f"{who}: {requests} requests\n")
    assert not found, "\n\n".join(found)
    assert requests >= LEAST_REQUESTS


def run(schema: schemathesis.BaseSchema) -> tuple[int, list[str]]:
    """Send everything; return the number of requests and what is wrong, once for each operation."""
    requests = 0
    found: dict[tuple[str | None, str], str] = {}
    for event in from_schema(schema).execute():
        match event:
            case events.ScenarioFinished(recorder=recorder):
                requests += len(recorder.interactions)
                for node in (node for nodes in recorder.checks.values() for node in nodes if node.failure_info):
                    failure = node.failure_info.failure
                    if not is_known(failure):
                        key = (failure.operation, type(failure).__name__)
                        found.setdefault(key, f"{failure.message}\n{node.failure_info.code_sample}"[:2000])
            case events.NonFatalError() | events.FatalError():
                found.setdefault((None, type(event).__name__), str(event))
    return requests, [f"{operation}: {kind}: {text}" for (operation, kind), text in found.items()]


def is_known(failure: Failure) -> bool:
    return isinstance(failure, RejectedPositiveData) and failure.operation in MEANS_NOTHING
