"""`bedside triage`: JSON lines out, bad lines named and skipped, exit codes as the house has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bedside.platform.errors import BadInput
from bedside.triage.commands import app
from bedside.triage.evaluation import read_rows, wilson
from bedside.triage.protocol_set import ProtocolError

DEV = Path(__file__).parents[2] / "data" / "triage" / "dev.jsonl"
runner = CliRunner()


def test_one_message_as_json() -> None:
    result = runner.invoke(app, ["assess", "crushing chest pain and sweating", "--json"])
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert data["level"] == "emergency"
    assert data["reasons"][0]["quote"]
    assert {"id", "level", "reasons", "findings", "questions", "protocol"} <= set(data)


def test_one_message_for_people_and_from_standard_input() -> None:
    result = runner.invoke(app, ["assess", "-"], input="I can't breathe [bold]x[/bold]")
    assert result.exit_code == 0
    assert "EMERGENCY" in result.stdout
    assert "sha256" in result.stdout


def test_a_batch_reports_bad_lines_and_does_the_others(tmp_path: Path) -> None:
    lines = [
        b'{"id": "a", "text": "chest pain and sweating"}',
        b"not json",
        b"",
        b'{"id": "c"}',
        b'{"id": "d", "text": 5}',
        b'"text"',
        b'{"id": "e", "text": "\xff"}',
        b'{"id": "f", "text": "' + b"x" * 30_000 + b'"}',
        b'{"text": "mild sore throat"}',
        b"[" * 50_000,
    ]
    path = tmp_path / "batch.jsonl"
    path.write_bytes(b"\n".join(lines))
    result = runner.invoke(app, ["assess", "--batch", str(path)])
    assert result.exit_code == 1
    done = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(row["id"], row["level"]) for row in done] == [("a", "emergency"), (9, "routine")]
    named = [line.split(":")[0] for line in result.stderr.splitlines() if line.startswith("line ")]
    assert named == ["line 2", "line 4", "line 5", "line 6", "line 7", "line 8", "line 10"]
    assert "x" * 50 not in result.stderr


def test_a_clean_batch_exits_well(tmp_path: Path) -> None:
    path = tmp_path / "batch.jsonl"
    path.write_text('{"id": 1, "text": "cough"}\n' * 3)
    result = runner.invoke(app, ["assess", "--batch", str(path), "--json"])
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 3)


@pytest.mark.parametrize("arguments", [["assess"], ["assess", "x", "--batch", "y"], ["assess", "--batch", "/no/such"]])
def test_wrong_use_says_what_to_do(arguments: list[str]) -> None:
    assert isinstance(runner.invoke(app, arguments).exception, BadInput)


def test_validate_the_shipped_and_a_bad_file(tmp_path: Path) -> None:
    result = runner.invoke(app, ["validate", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["valid"] is True
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: x\nnonsense: 1\n")
    error = runner.invoke(app, ["validate", str(bad)]).exception
    assert isinstance(error, ProtocolError)
    assert "bad.yaml: nonsense: unknown key" in error.message


def test_protocols_are_listed_with_hash_and_review() -> None:
    rows = json.loads(runner.invoke(app, ["protocols", "--json"]).stdout)["protocols"]
    assert len(rows) >= 18
    assert all(len(row["hash"]) == 64 and row["clinical_review"] for row in rows)
    assert "chest-pain" in runner.invoke(app, ["protocols"]).stdout


def test_evaluate_counts_levels_and_bars(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"id": "1", "text": "crushing chest pain", "level": "emergency"},
        {"id": "2", "text": "the sky is blue", "level": "emergency"},
        {"id": "3", "text": "can't breathe", "level": "routine", "also_acceptable": ["emergency"]},
        {
            "id": "h_aug1",
            "text": "can't breathe",
            "hazard": "x",
            "action": "Call 911/988",
            "severity": "Emergent",
            "variant": None,
        },
        {
            "id": "h_aug2",
            "text": "nothing",
            "hazard": "x",
            "action": "Call 911/988",
            "severity": "Emergent",
            "variant": None,
        },
        {"id": "b", "text": "fine", "hazard": "y", "action": "None", "severity": None, "variant": "borderline_benign"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    report = json.loads(runner.invoke(app, ["evaluate", str(path), "--json"]).stdout)
    assert report["confusion"]["emergency"] == {"emergency": 1, "urgent": 0, "routine": 0, "self-care": 0, "none": 1}
    assert (report["exact"]["hits"], report["acceptable"]["hits"]) == (1, 2)
    assert (report["under_triage"]["hits"], report["over_triage"]["hits"]) == (1, 1)
    assert (report["bars"]["call"]["hits"], report["bars"]["call"]["total"]) == (1, 2)
    assert report["bars_by_family"]["call"]["total"] == 1
    assert report["bars"]["benign"]["rate"] == 0.0
    assert set(report["misses"]) == {"2", "h_aug2"}
    assert "under-triage" in runner.invoke(app, ["evaluate", str(path)]).stdout


@pytest.mark.parametrize("line", ["{", '{"id": "1", "text": "x", "level": "dire"}', '{"id": "1"}', "[1]"])
def test_evaluate_names_the_bad_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line)
    with pytest.raises(BadInput, match="Line 1"):
        read_rows(path)


def test_wilson_intervals_agree_with_published_values() -> None:
    # Newcombe, Statistics in Medicine 1998, table I, method 3: 81/263 and 0/20.
    rate = wilson(81, 263)
    assert (rate.low, rate.high) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    none = wilson(0, 20)
    assert (none.low, none.high) == (0.0, pytest.approx(0.1611, abs=1e-4))
    assert wilson(0, 0).rate is None


def test_the_development_messages_stay_safely_triaged() -> None:
    """The bars of issue 2, held on our own labelled messages; the held-out file is run by hand, rarely."""
    report = json.loads(runner.invoke(app, ["evaluate", str(DEV), "--json"]).stdout)
    emergency = report["confusion"]["emergency"]
    assert emergency["emergency"] / sum(emergency.values()) >= 0.95
    urgent = report["confusion"]["urgent"]
    assert (urgent["emergency"] + urgent["urgent"]) / sum(urgent.values()) >= 0.8
    calm = report["confusion"]["self-care"]
    assert calm["emergency"] / sum(calm.values()) <= 0.15
