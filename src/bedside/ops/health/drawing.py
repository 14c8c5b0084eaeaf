"""A health report as a tree on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from bedside.ops.health.schemas import HealthReport
from bedside.platform.checks import CheckResult, Health

_MARKS = {Health.HEALTHY: ("ok", "green"), Health.DEGRADED: ("degraded", "yellow"), Health.DOWN: ("DOWN", "red")}


def draw(console: Console, report: HealthReport) -> None:
    """Draw parts with their checks; of what is not well the remedy, of what was skipped the reason."""
    mark, style = _MARKS[report.status]
    tree = Tree(
        Text.assemble(f"Bedside {report.version}: ", (mark, style), f", score {report.score} of 100"),
        guide_style="dim",
    )
    for part in report.parts:
        mark, style = _MARKS[part.status] if part.skipped is None else ("skipped", "dim")
        branch = tree.add(Text.assemble((mark, style), f" {part.title} ({part.part})"))
        for check in part.checks:
            _check(branch, check)
    console.print(tree)


def _check(branch: Tree, check: CheckResult) -> None:
    if check.skipped is not None:
        branch.add(Text.assemble(("skipped", "dim"), f" {check.name}: {check.skipped}"))
        return
    mark, style = _MARKS[check.status]
    leaf = branch.add(
        Text.assemble((mark, style), f" {check.name}: {check.evidence} ", (f"({check.response_time_ms:.0f} ms)", "dim"))
    )
    if check.status is Health.HEALTHY:
        return
    if check.remedy:
        leaf.add(Text.assemble(("to do: ", "bold"), check.remedy))
    if check.procedure:
        leaf.add(Text.assemble(("procedure: ", "bold"), f"bedside procedures run {check.procedure}"))
    for statement in check.sql:
        leaf.add(Text.assemble(("SQL: ", "bold"), statement))
