"""Grafana's dashboards and Prometheus's configuration: queries that promtool takes, names that Bedside measures."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bedside.platform.metrics import REGISTRY

DEPLOY = Path(__file__).parents[3] / "deploy"
DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
ROOT = DEPLOY.parent
_NAME = re.compile(r"\b([a-z][a-z0-9_]*_[a-z0-9_]+)\b(?!\s*\()(?=\s*[\{\[\)/ ]|$)")
_LABELS_AND_WORDS = re.compile(r"\{[^}]*\}|\bby\s*\([^)]*\)|\[[^\]]*\]")


@pytest.fixture(scope="module")
def promtool() -> str:
    """Prometheus's own checker; the packages are installed where that is possible."""
    if not shutil.which("promtool"):
        script = ["bash", str(ROOT / "scripts" / "prometheus.sh")]
        done = subprocess.run(script, capture_output=True, text=True, timeout=110, check=False)
        if done.returncode != 0:
            pytest.skip(f"Prometheus's programs can't be had here: {done.stderr.strip().splitlines()[-1:]}")
    return str(shutil.which("promtool"))


def queries(dashboard: dict[str, Any]) -> list[str]:
    """Every expression, with Grafana's variables filled in."""
    return [target["expr"].replace("$instance", ".*") for panel in dashboard["panels"] for target in panel["targets"]]


def measured() -> set[str]:
    """Every name of a sample that /metrics can show."""
    names = set()
    for family in REGISTRY.collect():
        ends = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}.get(family.type, ("",))
        names |= {family.name + end for end in ends} | {sample.name for sample in family.samples}
    return names


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_has_what_grafana_needs(path: Path) -> None:
    """The fields that Grafana's dashboard schema (version 39) requires, and a place for each panel."""
    dashboard = json.loads(path.read_text())
    assert {"uid", "title", "schemaVersion", "panels", "templating", "time", "refresh"} <= dashboard.keys()
    assert re.fullmatch(r"[a-z0-9-]{1,40}", dashboard["uid"])
    assert "id" not in dashboard, "Grafana gives it; one that is given collides"
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        assert {"id", "type", "title", "gridPos", "datasource", "targets", "fieldConfig", "description"} <= panel.keys()
        assert panel["type"] in {"timeseries", "stat"}
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert [target["refId"] for target in panel["targets"]] == ["A", "B"][: len(panel["targets"])]
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    assert {"datasource", "instance"} == {variable["name"] for variable in dashboard["templating"]["list"]}


def test_every_query_is_promql_over_what_bedside_measures(tmp_path: Path, promtool: str) -> None:
    found = [query for path in DASHBOARDS for query in queries(json.loads(path.read_text()))]
    assert len(found) > 30
    rules = [{"record": f"dashboard:query{number}", "expr": query} for number, query in enumerate(found)]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}))
    done = subprocess.run(
        [promtool, "check", "rules", str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = {name for query in found for name in _NAME.findall(_LABELS_AND_WORDS.sub(" ", query) + " ")}
    assert len(names) > 25
    assert names - measured() == set()


def test_promtool_would_say_no(tmp_path: Path, promtool: str) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "x", "rules": [{"record": "x", "expr": "sum(rate(x[5m])"}]}]}))
    done = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, timeout=60, check=False)
    assert done.returncode != 0


def test_prometheus_takes_the_configuration_and_the_metrics(tmp_path: Path, http: httpx.Client, promtool: str) -> None:
    shutil.copy(DEPLOY / "prometheus" / "prometheus.yml", tmp_path)
    (tmp_path / "bedside-rules.yml").write_text("groups: []\n")
    check = [promtool, "check", "config", str(tmp_path / "prometheus.yml")]
    done = subprocess.run(check, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    http.get("/live")
    text = http.get("/metrics").text
    said = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    # The administrator guide's own names, which are kept as they are: a gauge that ends in _total.
    wrong = [line for line in said.stderr.splitlines() if line and "active_sessions_total" not in line]
    assert wrong == []
    shown = {family.name: family for family in text_string_to_metric_families(text)}
    for name in ("process_resident_memory_bytes", "disk_used_bytes", "job_queue_jobs", "database_connections_limit"):
        assert shown[name].samples[0].value >= 0, name
    assert shown["bedside_build_info"].samples[0].labels["version"]


def test_what_is_provisioned_points_to_what_is_there() -> None:
    folder = DEPLOY / "grafana" / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((folder / "dashboards" / "bedside.yml").read_text())["providers"]
    assert (source["type"], source["access"], source["url"]) == ("prometheus", "proxy", "$PROMETHEUS_URL")
    said = (DEPLOY / "grafana" / "README.md").read_text()
    assert provider["options"]["path"] in said
    assert "PROMETHEUS_URL" in said
