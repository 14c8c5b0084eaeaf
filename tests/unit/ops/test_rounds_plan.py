"""The runbooks' lists as data: whole, strict, and fitting this Bedside's checks and procedures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bedside.bootstrap.checks import CHECKS
from bedside.bootstrap.procedures import PROCEDURES
from bedside.ops.rounds import plan
from bedside.ops.rounds.procedures import PREFIX
from bedside.ops.rounds.schemas import Period
from bedside.platform.checks import CheckList
from bedside.platform.procedures import ProcedureList

LINES = Path(__file__).parents[2] / "data" / "rounds" / "runbook_lines.tsv"
ITEM = "{item: one, title: One, who: administrator, from: {A 1: Words}, checks: [db]}"


def test_every_line_of_the_runbooks_is_in_its_round_with_its_words() -> None:
    loaded = plan.load()
    wanted = {
        (period, book, int(line)): text
        for period, book, line, text in (row.split("\t") for row in LINES.read_text().splitlines()[1:])
    }
    found = {
        (period.value, line.runbook, line.line): line.words
        for period, items in loaded.items()
        for item in items
        for line in item.lines
    }
    assert set(found) == set(wanted)
    for place, words in found.items():
        assert words in re.sub(r"[*`]", "", wanted[place]), place
    assert {book for _, book, _ in found} == set(plan.RUNBOOKS)


def test_the_plan_names_only_what_there_is() -> None:
    assert list(plan.problems(plan.load(), CheckList(CHECKS), ProcedureList(PROCEDURES))) == []


def test_a_round_that_runs_what_destroys_has_to_be_confirmed_and_each_has_a_schedule() -> None:
    known = ProcedureList(PROCEDURES)
    for period, items in plan.load().items():
        walked = known.named(f"{PREFIX}{period}")
        assert walked is not None
        assert walked.cron is not None
        inner = [known.named(name) for item in items for name, _ in item.procedures]
        assert walked.destroys == any(each is not None and each.destroys for each in inner), period


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "valid dictionary"),
        ("[" * 2000, "line 1"),
        ("daily: [", "flow"),
        ("daily: []", "at least 1 item"),
        ("{daily: [%s], daily: []}", "twice: daily"),
        ("hourly: [%s]", "hourly"),
        ("daily: [%s, %s]", "daily: twice: one"),
        ("daily: [{item: one, title: One, who: a, from: {A 1: W}}]", "does nothing"),
        ("daily: [{item: one, title: One, who: a, from: {Z 1: W}, checks: [db]}]", "Z 1 is no place"),
        ("daily: [{item: one, title: One, who: a, from: {A 1: W}, figures: [nothing]}]", "no such figures: nothing"),
        ("daily: [{item: one, title: One, who: a, from: {A 1: W}, cheks: [db]}]", "cheks"),
        ("daily: [{item: 'o ne', title: One, who: a, from: {A 1: W}, checks: [db]}]", "item"),
        ("daily: [{item: one, title: One, who: a, from: {A 1: W}, procedures: [a.b]}]", "each procedure is one name"),
        ("daily: [!!python/object/apply:os.system [id]]", "could not determine a constructor"),
    ],
)
def test_what_is_not_as_it_has_to_be_is_refused(text: str, told: str) -> None:
    rest = (
        ""
        if "weekly" in text or not text.startswith("daily:")
        else "\n".join(f"{period}: [{ITEM}]" for period in ("weekly", "monthly", "quarterly"))
    )
    with pytest.raises(plan.PlanError, match=re.escape(told)):
        plan.parse(f"{text.replace('%s', ITEM)}\n{rest}")


def test_what_this_bedside_does_not_have_is_told() -> None:
    daily = ITEM.replace(
        "[db]", "[db, db.nothing, tea], procedures: [{no.such: {}}, {maintenance.run: {tasks: [tea]}}]"
    )
    text = f"daily: [{daily}]\n" + "\n".join(f"{period}: [{ITEM}]" for period in list(Period)[1:])
    found = list(plan.problems(plan.parse(text), CheckList(CHECKS), ProcedureList(PROCEDURES)))
    assert [line.partition(": ")[2][:34] for line in found] == [
        "there is no part or check db.nothi",
        "there is no part or check tea",
        "there is no procedure no.such",
        "maintenance.run: Input should be '",
    ]
