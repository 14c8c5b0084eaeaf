"""Rule files: the one that comes with Bedside, and every way to write one wrongly, told with its line."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bedside.bootstrap.checks import CHECKS
from bedside.bootstrap.procedures import PROCEDURES
from bedside.bootstrap.settings import read_settings
from bedside.notify.schemas import Severity
from bedside.ops.alerts.book import DEFAULT, Rules
from bedside.ops.alerts.conditions import Bound, ShareCondition, ValueCondition
from bedside.ops.alerts.names import Names
from bedside.ops.alerts.parsing import load_rules, parse_rules
from bedside.ops.alerts.rules import QuietHours
from bedside.platform.errors import SettingsError

NAMES = Names(
    checks=frozenset({"disk.space", "db.connection"}),
    metrics={
        "http_requests_total": "counter",
        "memory_used_bytes": "gauge",
        "http_request_duration_seconds": "histogram",
    },
    channels=frozenset({"operators", "pager"}),
    procedures=frozenset({"maintenance.run"}),
)
RULE = """
rules:
  - name: disk_full
    title: The disk is full
    when: {check: disk.space, above: 90, resolve: 85}
    severity: critical
    channels: [operators]
    remedy: Free space.
"""


def with_rule(**lines: str) -> str:
    """The rule with lines replaced or added; ``when`` is the text behind it."""
    text = RULE
    for key, value in lines.items():
        name = key.rstrip("_")
        line = f"    {name}: {value}"
        found = re.search(rf"^    {name}: .*$", text, re.MULTILINE)
        text = text.replace(found[0], line) if found else text + line + "\n"
    return text


def test_a_rule_is_what_its_text_says() -> None:
    text = with_rule(for_="5m", resolve_for="1m", escalation="night", procedure="maintenance.run", part="storage")
    text += "escalations:\n  night:\n    - {title: On call, respond_within: 15m, resolve_within: 2h, rota: on_call}\n"
    text += "    - {title: All, respond_within: 30m, channels: [operators, pager]}\n"
    book = parse_rules(text, "mine.yaml", NAMES)
    (rule,) = book.active
    assert rule.condition == ValueCondition("disk.space", Bound(90, is_above=True, resolve=85))
    assert (rule.hold, rule.resolve_hold) == (timedelta(minutes=5), timedelta(minutes=1))
    assert (rule.severity, rule.part, rule.line, rule.alert_name) == (Severity.CRITICAL, "storage", 3, "DiskFull")
    assert rule.escalation is not None
    assert [level.respond_within for level in rule.escalation.levels] == [timedelta(minutes=15), timedelta(minutes=30)]
    assert rule.escalation.levels[1].channels == ("operators", "pager")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: the file is empty"),
        ("rules: [", "this is not YAML"),
        ("rules: *nobody", "this is not YAML"),
        ("[" * 200000, "values are nested more than"),
        ("- a", "line 1: the file must be a mapping"),
        ("defaults: {}", "must have `rules`"),
        ("rules: 5", "line 1: `rules` must be a list"),
        ("rules: [5]", "a rule must be a mapping"),
        ("rules: []\nrulez: []", "line 2: the file has the unknown key `rulez`"),
        (with_rule(treshold="5"), "line 9: a rule has the unknown key `treshold`"),
        (RULE + "    severity: warning\n", "line 9: a rule has `severity` twice"),
        (RULE + RULE.replace("rules:\n", "").lstrip("\n"), "line 9: the rule disk_full stands already in line 3"),
        (with_rule(severity="loud"), "line 6: `severity`: it is one of info, warning, critical"),
        (with_rule(for_="soon"), "`for`: A length of time is a number and"),
        (with_rule(for_="0s"), "`for`"),
        (with_rule(for_="-5m"), "`for`"),
        (RULE.replace("disk_full", "Disk Full"), "line 3: `name`: a name is of small letters"),
        (with_rule(title='""'), "`title` must be text"),
        (with_rule(title="x" * 121), "`title` must be text"),
        (with_rule(channels="[telegraph]"), "line 7: there is no channel telegraph; there are operators, pager"),
        (with_rule(channels="[]"), "nobody would be told"),
        (with_rule(escalation="nobody"), "there is no escalation nobody"),
        (with_rule(procedure="dance"), "there is no procedure dance"),
        (with_rule(when="{check: disk.space}"), "line 5: `when` needs `above` or `below`"),
        (with_rule(when="{check: disk.space, above: 1, below: 2}"), "either `above` or `below`"),
        (with_rule(when="{check: disk.space, above: 90, resolve: 95}"), "`resolve` contradicts `above`"),
        (with_rule(when="{check: disk.space, below: 10, resolve: 5}"), "`resolve` contradicts `below`"),
        (with_rule(when="{check: disk.space, above: high}"), "`above` must be a number"),
        (with_rule(when="{check: disk.space, above: .nan}"), "`above` must be a number"),
        (with_rule(when="{check: disk.space, above: true}"), "`above` must be a number"),
        (with_rule(when="{check: disk.space, status: down, above: 5}"), "unknown key `above`"),
        (with_rule(when="{check: disk.space, status: healthy}"), "it is degraded or down"),
        (with_rule(when="{check: moon.phase, status: down}"), "line 5: there is no check moon.phase"),
        (with_rule(when="{metric: moon_phase, above: 1}"), "there is no metric moon_phase"),
        (with_rule(when="{metric: http_request_duration_seconds, above: 1}"), "is a histogram; here a gauge"),
        (with_rule(when="{rate: memory_used_bytes, above: 1}"), "is a gauge; here a counter"),
        (with_rule(when="{quantile: 2, metric: http_request_duration_seconds, above: 1}"), "between 0 and 1"),
        (with_rule(when="{quantile: 0.9, above: 1}"), "`metric` is missing"),
        (with_rule(when="{rate: http_requests_total, over: 2h, above: 1}"), "`over` is between 1m and 1h"),
        (with_rule(when="{share: {metric: http_requests_total}, above: 1}"), "`share` needs `of`"),
        (with_rule(when='{metric: memory_used_bytes, labels: {a: "("}, above: 1}'), "it is no regular expression"),
        (with_rule(when="{metric: memory_used_bytes, aggregate: median, above: 1}"), "it is one of max, min, sum, avg"),
        (with_rule(when="5"), "`when` must be a mapping"),
        (with_rule(when="{}"), "`when` must have `check`"),
        (with_rule(silence='[{days: [noday], from: "22:00", to: "06:00", reason: x}]'), "`days` are mon, tue"),
        (with_rule(silence='[{days: [mon], from: 22, to: "06:00", time_zone: UTC, reason: x}]'), "`from` must be text"),
        (with_rule(silence='[{days: [mon], from: "25:00", to: "06:00", time_zone: UTC, reason: x}]'), 'as "22:00"'),
        (with_rule(silence='[{days: [mon], from: "06:00", to: "06:00", time_zone: UTC, reason: x}]'), "the same time"),
        (with_rule(silence='[{days: [mon], from: "06:00", to: "07:00", time_zone: Mars, reason: x}]'), "no time zone"),
        (with_rule() + "escalations: {night: []}\n", "the escalation night must have a level"),
        (with_rule() + "escalations:\n  night: [{title: A}]\n", "a level must have `respond_within`"),
        (
            with_rule() + "escalations:\n  night: [{title: A, respond_within: 1h, resolve_within: 5m}]\n",
            "`resolve_within` is shorter",
        ),
        ("x" * (1024 * 1024 + 1), "over 1 MiB"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_rules(text, "mine.yaml", NAMES)
    assert says in refused.value.message
    assert "mine.yaml, line " in refused.value.message


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        parse_rules(with_rule(severity="loud", for_="soon", channels="[telegraph]"), "mine.yaml", NAMES)
    assert refused.value.message.count("mine.yaml, line ") == 3


def test_a_rule_for_what_is_to_come_waits_and_begins_by_itself() -> None:
    text = with_rule(when="{check: moon.phase, status: down}", waits_for="the observatory")
    (rule,) = parse_rules(text, "mine.yaml", NAMES).rules
    assert rule.unavailable == "the observatory"
    assert parse_rules(text, "mine.yaml", NAMES).active == ()
    there = Names(frozenset({"moon.phase"}), NAMES.metrics, NAMES.channels)
    assert len(parse_rules(text, "mine.yaml", there).active) == 1


def test_a_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    binary = tmp_path / "rules.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.yaml", tmp_path, binary):
        with pytest.raises(SettingsError, match="can't be read"):
            load_rules(path, NAMES)


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        ("2026-11-27 21:59", False),
        ("2026-11-27 22:00", True),
        ("2026-11-28 05:59", True),
        ("2026-11-28 06:00", False),
        ("2026-11-28 22:30", False),
    ],
)
def test_quiet_hours_go_on_past_midnight_in_their_own_zone(moment: str, covered: bool) -> None:
    from zoneinfo import ZoneInfo

    text = with_rule(silence='[{days: [fri], from: "22:00", to: "06:00", time_zone: Europe/Berlin, reason: Backups}]')
    (rule,) = parse_rules(text, "mine.yaml", NAMES).rules
    assert isinstance(rule.quiet[0], QuietHours)
    local = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    assert (rule.quiet_reason(local.astimezone(UTC)) == "Backups") is covered


class TestTheFileThatComesWithBedside:
    @pytest.fixture
    def rules(self, home: Path) -> Rules:
        return Rules(read_settings(), CHECKS, [procedure.name for procedure in PROCEDURES])

    def test_every_rule_is_in_force_but_those_of_later_parts(self, rules: Rules) -> None:
        waiting = {rule.name for rule in rules.book.rules if rule.unavailable}
        assert waiting == {"model_accuracy_low", "dicom_slow", "fhir_down", "unanonymised_data"}

    def test_every_row_of_the_runbook_map_is_a_rule(self, rules: Rules) -> None:
        """RUNBOOK-MAP, "Watch", the rows on alerts: the limit of each, and how long it must hold."""
        wanted = {
            "cpu_busy": (80, 300), "memory_low": (85, 300), "disk_full": (90, None), "gpu_idle": (30, None),
            "api_slow": (1, None), "errors_raised": (1, 300), "model_accuracy_low": (90, None),
            "dicom_slow": (10, None), "errors_high": (5, None), "disk_filling": (85, None),
            "pool_busy": (75, None), "pool_exhausted": (90, None), "queries_slow": (500, None),
            "queries_very_slow": (1000, None), "cache_misses": (90, None), "cache_useless": (80, None),
            "long_queries": (4, None), "long_queries_many": (9, None), "cpu_exhausted": (90, None),
            "memory_exhausted": (90, None),
        }  # fmt: skip
        for name, (limit, seconds) in wanted.items():
            rule = rules.book.rule(name)
            assert rule is not None, name
            assert rule.condition.bound.limit == limit, name
            assert seconds is None or rule.hold.total_seconds() == seconds, name
        for name in ("unanonymised_data", "audit_gaps", "audit_silent", "encryption_off", "fhir_down"):
            rule = rules.book.rule(name)
            assert rule is not None
            assert rule.severity is Severity.CRITICAL

    def test_escalations_have_the_runbooks_response_times(self, rules: Rules) -> None:
        minutes = {
            name: [level.respond_within.total_seconds() / 60 for level in escalation.levels]
            for name, escalation in rules.book.escalations.items()
        }
        assert minutes["administrators"] == [60, 30, 15]
        assert minutes["platform"] == [30, 60, 120]
        assert minutes["emergency"][0] == 15
        first = rules.book.escalations["administrators"].levels[0]
        assert first.resolve_within == timedelta(hours=2)

    def test_errors_are_a_share_of_enough_requests(self, rules: Rules) -> None:
        rule = rules.book.rule("errors_raised")
        assert rule is not None
        assert isinstance(rule.condition, ShareCondition)
        assert rule.condition.least == 20

    def test_it_is_in_the_package(self) -> None:
        assert DEFAULT.is_file()
