"""The compiled rules, read by Prometheus's own programs: promtool, and a real Prometheus with a real Alertmanager."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bedside.bootstrap.checks import CHECKS
from bedside.bootstrap.settings import read_settings
from bedside.ops.alerts.book import DEFAULT, Rules
from bedside.ops.alerts.names import Names
from bedside.ops.alerts.parsing import parse_rules
from bedside.ops.alerts.prometheus import prometheus_rules
from tests.support.receiver import receiving

ROOT = Path(__file__).parents[3]
LIMIT_SECONDS = 90.0


@pytest.fixture(scope="module")
def programs() -> dict[str, str]:
    """Prometheus's programs; the packages are installed where that is possible."""
    names = ("promtool", "prometheus", "prometheus-alertmanager")
    if not all(shutil.which(name) for name in names):
        done = subprocess.run(
            ["bash", str(ROOT / "scripts" / "prometheus.sh")], capture_output=True, text=True, timeout=110, check=False
        )
        if done.returncode != 0:
            pytest.skip(f"Prometheus's programs can't be had here: {done.stderr.strip().splitlines()[-1:]}")
    return {name: str(shutil.which(name)) for name in names}


def promtool(programs: dict[str, str], *arguments: str | Path) -> str:
    done = subprocess.run(
        [programs["promtool"], *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_that_come_with_bedside_are_accepted(programs: dict[str, str], home: Path, tmp_path: Path) -> None:
    compiled = tmp_path / "rules.yaml"
    compiled.write_text(prometheus_rules(Rules(read_settings(), CHECKS, []).read(DEFAULT)), encoding="utf-8")
    assert "SUCCESS" in promtool(programs, "check", "rules", compiled)
    groups = yaml.safe_load(compiled.read_text(encoding="utf-8"))["groups"]
    alerts = {rule["alert"]: rule for group in groups for rule in group["rules"]}
    assert alerts["CpuBusy"]["for"] == "5m"
    assert alerts["CpuBusy"]["labels"]["escalation"] == "administrators"
    assert "DicomSlow" not in alerts
    assert "# DicomSlow is left out: imaging is a later part" in compiled.read_text(encoding="utf-8")


RULES = r"""
escalations:
  night: [{title: On call, respond_within: 15m}]
rules:
  - {name: disk_full, title: 'Full {{ "quoted" }}', when: {check: disk.space, above: 90, resolve: 80}, for: 2m,
     severity: critical, channels: [operators], escalation: night, remedy: "Free space, {{ now }}."}
  - {name: database_down, title: Down, when: {check: db.connection, status: down}, severity: critical,
     channels: [operators], remedy: Start it.}
  - {name: errors, title: Errors, when: {share: {metric: http_requests_total, labels: {status: "5.."}},
     of: {metric: http_requests_total}, over: 5m, least: 20, above: 1, resolve: 0.5}, severity: warning,
     channels: [operators], remedy: Read the log.}
  - {name: slow, title: Slow, when: {quantile: 0.95, metric: http_request_duration_seconds, over: 5m, above: 1},
     severity: warning, channels: [operators], remedy: See why.}
  - {name: busy, title: Busy, when: {rate: http_requests_total, labels: {endpoint: '/api/"x"\\d+'}, above: 5},
     severity: info, channels: [operators], remedy: Wait.}
  - {name: memory, title: Little memory, when: {metric: memory_used_bytes, aggregate: min, below: 5, resolve: 6},
     severity: info, channels: [operators], remedy: Wait.}
"""
TESTS = """
rule_files: [rules.yaml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'bedside_check_value{check="disk.space"}', values: '95 95 95 95 85 85 85 75 75 75'}
      - {series: 'bedside_check_status{check="db.connection"}', values: '1 1 1 2 2 0 0 0 0 0'}
      - {series: 'http_requests_total{status="200"}', values: '0+100x10'}
      - {series: 'http_requests_total{status="503"}', values: '0+3x10'}
      - {series: 'http_request_duration_seconds_bucket{le="1.0"}', values: '0+10x10'}
      - {series: 'http_request_duration_seconds_bucket{le="2.5"}', values: '0+100x10'}
      - {series: 'http_request_duration_seconds_bucket{le="+Inf"}', values: '0+100x10'}
    alert_rule_test:
      - {eval_time: 1m, alertname: DiskFull, exp_alerts: []}
      - eval_time: 6m
        alertname: DiskFull
        exp_alerts: &full
          - exp_labels: {severity: critical, part: disk, channels: operators, escalation: night}
            exp_annotations:
              summary: 'Full { { "quoted" }}'
              description: the value of check disk.space is above 90
              remedy: 'Free space, { { now }}.'
      - {eval_time: 9m, alertname: DiskFull, exp_alerts: []}
      - {eval_time: 2m, alertname: DatabaseDown, exp_alerts: []}
      - {eval_time: 5m, alertname: DatabaseDown, exp_alerts: []}
    promql_expr_test: []
"""


def test_a_rule_means_to_prometheus_what_it_means_here(programs: dict[str, str], tmp_path: Path) -> None:
    """promtool's own unit tests: the end has its own limit, texts are no templates, a status is at least so bad."""
    names = Names(
        frozenset({"disk.space", "db.connection"}),
        {"http_requests_total": "counter", "memory_used_bytes": "gauge", "http_request_duration_seconds": "histogram"},
        frozenset({"operators"}),
    )
    compiled = prometheus_rules(parse_rules(RULES, "mine.yaml", names))
    (tmp_path / "rules.yaml").write_text(compiled, encoding="utf-8")
    promtool(programs, "check", "rules", tmp_path / "rules.yaml")
    tests = yaml.safe_load(TESTS)
    fires = {
        ("DatabaseDown", "4m"): ("db", "critical"),
        ("Errors", "8m"): ("api", "warning"),
        ("Slow", "8m"): ("api", "warning"),
    }
    described = {rule["alert"]: rule["annotations"] for g in yaml.safe_load(compiled)["groups"] for rule in g["rules"]}
    for (alert, at), (part, severity) in fires.items():
        labels = {"severity": severity, "part": part, "channels": "operators"}
        expected = [{"exp_labels": labels, "exp_annotations": described[alert]}]
        tests["tests"][0]["alert_rule_test"].append({"eval_time": at, "alertname": alert, "exp_alerts": expected})
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(tests), encoding="utf-8")
    assert "SUCCESS" in promtool(programs, "test", "rules", tmp_path / "tests.yaml")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path, name: str) -> Iterator[None]:
    log = (folder / f"{name}.log").open("w")
    process = subprocess.Popen(
        command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env={"PATH": os.environ["PATH"]}
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def eventually(found: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + LIMIT_SECONDS
    waiting = threading.Event()
    while time.monotonic() < deadline:
        try:
            if result := found():
                return result
        except httpx.HTTPError:
            pass
        waiting.wait(0.1)
    raise AssertionError(f"not within {LIMIT_SECONDS:g} s: {what}")


def test_an_alert_of_a_served_bedside_reaches_a_receiver_through_alertmanager(
    programs: dict[str, str], server: str, tmp_path: Path
) -> None:
    """Bedside's /metrics, its compiled rule, Prometheus, Alertmanager, and a receiver: all of it real."""
    names = Names(frozenset(), {"http_requests_total": "counter"}, frozenset({"operators"}))
    text = """
rules:
  - name: somebody_asks
    title: Somebody asks
    part: api
    when: {metric: http_requests_total, labels: {endpoint: /live}, aggregate: sum, above: 2}
    severity: warning
    channels: [operators]
    remedy: Answer.
"""
    (tmp_path / "rules.yaml").write_text(prometheus_rules(parse_rules(text, "mine.yaml", names)), encoding="utf-8")
    web, am, cluster = free_port(), free_port(), free_port()
    prometheus = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [{"job_name": "bedside", "static_configs": [{"targets": [server.removeprefix("http://")]}]}],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{am}"]}]}]},
    }
    # The group's own interval is a minute, as hospitals want it; a test does not.
    rules = yaml.safe_load((tmp_path / "rules.yaml").read_text())
    for group in rules["groups"]:
        group["interval"] = "1s"
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules))
    (tmp_path / "prometheus.yaml").write_text(yaml.safe_dump(prometheus))
    with receiving() as receiver, httpx.Client(base_url=server, timeout=20, trust_env=False) as bedside:
        route = {"receiver": "bedside", "group_wait": "1s", "group_interval": "1s", "group_by": ["alertname"]}
        hook = {"url": f"http://127.0.0.1:{receiver.port}/alerts"}
        config = {"route": route, "receivers": [{"name": "bedside", "webhook_configs": [hook]}]}
        (tmp_path / "alertmanager.yaml").write_text(yaml.safe_dump(config))
        for _ in range(5):
            assert bedside.get("/live").status_code == 200
        alertmanager = [
            programs["prometheus-alertmanager"],
            f"--config.file={tmp_path / 'alertmanager.yaml'}",
            f"--storage.path={tmp_path / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{am}",
            f"--cluster.listen-address=127.0.0.1:{cluster}",
        ]
        watching = [
            programs["prometheus"],
            f"--config.file={tmp_path / 'prometheus.yaml'}",
            f"--storage.tsdb.path={tmp_path / 'prometheus'}",
            f"--web.listen-address=127.0.0.1:{web}",
        ]
        with running(alertmanager, tmp_path, "alertmanager"), running(watching, tmp_path, "prometheus"):
            address = f"http://127.0.0.1:{web}/api/v1/alerts"
            found = eventually(
                lambda: httpx.get(address, trust_env=False).json()["data"]["alerts"],
                "the rule fires in Prometheus",
            )
            assert found[0]["labels"]["alertname"] == "SomebodyAsks"
            eventually(lambda: receiver.taken, "the alert arrives")
    told = json.loads(receiver.taken[0][2])
    assert told["status"] == "firing"
    assert told["alerts"][0]["labels"]["severity"] == "warning"
    assert told["alerts"][0]["annotations"]["remedy"] == "Answer."
