"""docs/ops-checks.md lists every check as the code declares it: compare the two, or write it anew with `--write`."""

import sys
from pathlib import Path
from typing import Any

import tree
from bedside.bootstrap.checks import CHECKS
from bedside.ops.health.api_check import API_CHECK
from bedside.platform.checks import FULL_RUN_SECONDS, PART_TITLES, Check
from bedside.platform.config import Settings

PAGE = Path("docs/ops-checks.md")
HEAD = f"""\
# Checks

A check looks at one thing and says how it is (healthy, degraded, down), by what evidence, and what to do. It
says why it was skipped where it could not look: what needs the database is not failed a second time when the
database is down.

| where | what it shows |
|---|---|
| `bedside health` | every check now, as a tree with remedies; works with the server, the database or both down |
| `bedside health db host.cpu` | parts or single checks |
| `bedside health --json --save-report FILE` | the same for programs |
| `bedside health --alert-threshold 80` | fails only where the score is below 80 |
| `bedside health --watch` | again and again, until Ctrl-C |
| `/health`, `/health/{{part}}` | without a sign-in: parts and checks, but nothing of security and no statements |
| `GET /api/checks`, `POST /api/checks/{{name}}/run` | administrators: everything, and a new look |
| System > Checks | the same as a page |

Exit codes of `bedside health`: 0 all is well, 3 something is degraded, 1 something is down, 2 wrong use. With
`--alert-threshold N` it is 0 wherever the score reaches N.

**Score**: 100, less 40 for each part that is down and 10 for each that is degraded, and never below 0. So one
part that is down falls below 80, the threshold of the runbook's example, and two that are degraded do not.

`/health` answers 503 only where a check is down that is marked *vital* below: a full disk or a weak password is
told, and is no reason for an orchestrator to stop what still serves people.

**Rates**: error rate and uptime are of the last 24 hours' looks: how many did not find it healthy, how many did
not find it down. A part's are those of its worst check. Results are kept for `CHECK_HISTORY_DAYS`.

A full run ends within {FULL_RUN_SECONDS} s. Each check has a limit of its own, and one that hangs, in a thread
or on a server that does not answer, is given up and not begun again before it has come back. What may take
longer is looked at by the worker, and by whoever asks for it by name. Thresholds are settings: `CHECK_…` and
`DB_…` in [settings.md](settings.md).

This page is written from the code by `make checks`.
"""


class Defaults(Settings):
    """Settings as they are where nobody has set any."""

    def __init__(self) -> None:
        super().__init__({})

    def get(self, kind: Any) -> Any:
        return kind.model_construct()


def page() -> str:
    checks = (API_CHECK, *CHECKS)
    order = [*PART_TITLES, *sorted({check.part for check in checks} - set(PART_TITLES))]
    parts = [(part, [check for check in checks if check.part == part]) for part in order]
    return "\n".join([HEAD, *(table(part, found) for part, found in parts if found)])


def table(part: str, checks: list[Check]) -> str:
    head = ["| check | looks every | warning, critical | if it is not well |", "|---|---|---|---|"]
    return "\n".join([f"## {PART_TITLES.get(part, checks[0].title)}", "", *head, *map(row, checks)]) + "\n"


def row(check: Check) -> str:
    minutes = check.period.total_seconds() / 60
    often = "minute" if minutes == 1 else f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
    limits = check.thresholds(Defaults()) if check.thresholds else None
    shown = f"{limits.shown(limits.warning)}, {limits.shown(limits.critical)}" if limits else ""
    remedy = check.remedy + (f" Procedure: `{check.procedure}`." if check.procedure else "")
    name = f"`{check.name}` {check.title}" + (" (vital)" if check.vital else "")
    return f"| {name} | {often} | {shown} | {remedy.replace('|', chr(92) + '|')} |"


def main(arguments: list[str]) -> int:
    path = tree.root() / PAGE
    if "--write" in arguments:
        path.write_text(page(), encoding="utf-8")
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    problems = [f"{PAGE}: not what the code declares"] if committed != page() else []
    return tree.report(problems, "Run `make checks`.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
