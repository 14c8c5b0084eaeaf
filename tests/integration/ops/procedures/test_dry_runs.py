"""For every procedure that Bedside lists: its dry run says what its run then does, and changes nothing."""

from __future__ import annotations

import pytest

from bedside.bootstrap.procedures import PROCEDURES
from bedside.ops.procedures.service import parse
from bedside.ops.procedures.states import RunState
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.runtime import Runtime
from tests.support.maintenance import Yard, actions
from tests.support.postgres import TestCluster
from tests.support.procedure_preparations import PREPARATIONS

OWN_RECORD = ("procedure_", "audit_", "procrastinate_workers", "alembic_")
"""What a dry run writes, too: that it was made."""


@pytest.fixture
def yard(runtime: Runtime, urls: DatabaseUrls, cluster: TestCluster) -> Yard:
    return Yard.of(runtime, urls, cluster)


def all_of(yard: Yard) -> dict[str, object]:
    """Every row and every index file of the database."""
    tables = [name for (name,) in yard.sql("SELECT relname FROM pg_stat_user_tables ORDER BY 1")]
    found: dict[str, object] = {
        name: yard.sql(f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {name} t")
        for name in tables
        if not name.startswith(OWN_RECORD)
    }
    found["indexes"] = yard.sql(
        "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace"
        " ORDER BY 1"
    )
    return found


def test_every_procedure_has_a_preparation() -> None:
    assert sorted(PREPARATIONS) == sorted(each.name for each in PROCEDURES), "see tests/support/procedure_preparations"


def test_what_a_procedure_tells_people_is_there() -> None:
    for each in PROCEDURES:
        assert each.title
        assert each.purpose.endswith("."), each.name
        for name, field in each.parameters.model_fields.items():
            assert field.description, f"{each.name}: {name} has no description, which is its label's help"


async def test_a_dry_run_says_what_the_run_does_and_changes_nothing(yard: Yard) -> None:
    wrong = {}
    for each in PROCEDURES:
        preparation = PREPARATIONS[each.name]
        preparation.prepare(yard)
        parse(each, preparation.parameters)
        before = all_of(yard)
        dry = await yard.run_one(each, preparation.parameters, dry_run=True)
        changed = [name for name, rows in all_of(yard).items() if rows != before[name]]
        run = await yard.run_one(each, preparation.parameters)
        if dry.state is not RunState.COMPLETED or run.state is not RunState.COMPLETED:
            wrong[each.name] = f"ended as {dry.state} and {run.state}: {dry.error} {run.error} {run.failures}"
        elif changed:
            wrong[each.name] = f"its dry run changed {changed}"
        elif actions(dry) != actions(run):
            wrong[each.name] = f"said {actions(dry)}, did {actions(run)}"
        elif preparation.acts is not None and not any(preparation.acts in action for action in actions(run)):
            wrong[each.name] = f"did nothing about {preparation.acts}: {actions(run)}"
    assert wrong == {}
