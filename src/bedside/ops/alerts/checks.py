"""Whether the alert rules can be used."""

from __future__ import annotations

from bedside.ops.alerts.book import Rules
from bedside.platform.checks import Category, Check, Finding, Health
from bedside.platform.errors import SettingsError
from bedside.platform.runtime import Runtime


async def _rules(runtime: Runtime) -> Finding:
    try:
        book = runtime.part(Rules).book
    except SettingsError as error:
        return Finding(
            status=Health.DEGRADED,
            evidence=" ".join(error.message.split()[:120]),
            remedy="Mend the rule file; `bedside alerts rules --check FILE` reads it without putting it in force.",
        )
    waiting = len(book.rules) - len(book.active)
    return Finding(
        status=Health.HEALTHY,
        evidence=f"{len(book.active)} rules of {book.source} are evaluated; {waiting} wait for what they look at.",
        value=float(len(book.active)),
    )


CHECKS = (
    Check(
        part="alerts",
        title="Alert rules",
        look=_rules,
        remedy="Run `bedside alerts rules`.",
        name="alerts.rules",
        category=Category.HEALTH,
    ),
)
