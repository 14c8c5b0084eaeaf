"""Whether the database's schema is this version's."""

from __future__ import annotations

from importlib.metadata import version

from bedside.platform.checks import NEEDS_DATABASE, Check, Condition, Finding, Health
from bedside.platform.database.migrate import head
from bedside.platform.database.revision import revision
from bedside.platform.runtime import Runtime


async def _schema(runtime: Runtime) -> Finding:
    found, wanted = await revision(runtime.database) or "nothing", head()
    same = found == wanted
    return Finding(
        status=Health.HEALTHY if same else Health.DOWN,
        evidence=f"Bedside {version('bedside')} needs the schema {wanted}; the database has {found}.",
        conditions=[Condition(name="schema", value=found, threshold=wanted, ok=same)],
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "version",
        "Schema",
        _schema,
        "Run: bedside db migrate. Where the database is newer than this version, update Bedside instead.",
        name="version.schema",
        needs=NEEDS_DATABASE,
        vital=True,
    ),
)
