"""The import contracts say no: each forbidden import, planted in a copy of the source, breaks one of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


FORBIDDEN = {
    "kit.planted": "bedside.platform.errors",
    "platform.planted": "bedside.triage.schemas",
    "triage.planted": "bedside.bootstrap.commands",
    "bootstrap.planted": "bedside.cli",
    "care.planted": "bedside.knowledge.service",
    "care.planted_too": "bedside.triage.commands",
    "ops.planted": "bedside.care.service",
    "triage.planted_too": "bedside.identity.service",
    "identity.planted": "bedside.audit.service",
    "assistant.planted": "bedside.knowledge.tables",
}


def test_a_forbidden_import_breaks_a_contract(house: Path) -> None:
    for importer, imported in FORBIDDEN.items():
        path = house / "src/bedside" / f"{importer.replace('.', '/')}.py"
        path.write_text(f"import {imported}\n", encoding="utf-8")
    answer = lint(house)
    assert answer.returncode == 1
    assert "BROKEN" in answer.stdout
    for importer, imported in FORBIDDEN.items():
        assert f"bedside.{importer} -> {imported} (l.1)" in answer.stdout


def test_tables_that_import_their_service_break_a_contract(house: Path) -> None:
    with (house / "src/bedside/knowledge/tables.py").open("a", encoding="utf-8") as file:
        file.write("\nimport bedside.knowledge.service\n")
    answer = lint(house)
    assert answer.returncode == 1
    assert "bedside.knowledge.tables" in answer.stdout


def test_a_new_part_of_the_house_must_be_declared(house: Path) -> None:
    (house / "src/bedside/annexe.py").write_text("", encoding="utf-8")
    answer = lint(house)
    assert answer.returncode == 1
    assert "annexe" in answer.stdout


def test_without_a_planted_import_every_contract_is_kept(house: Path) -> None:
    answer = lint(house)
    assert answer.returncode == 0, answer.stdout
