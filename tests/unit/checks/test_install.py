"""What `make` does before pip runs: it needs no network to be tested."""

import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_without_a_new_enough_python_it_says_where_to_get_one(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/install.sh", tmp_path / "scripts")
    answer = subprocess.run(
        ["bash", "scripts/install.sh", "requirements.lock"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHON": "/nowhere/python3"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert answer.returncode == 1
    assert "needs Python 3.11" in answer.stderr
    assert "apt-get install" in answer.stderr
    assert not (tmp_path / ".venv").exists()


def test_help_lists_every_target_that_a_person_calls() -> None:
    answer = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
    assert {line.split()[1] for line in answer.stdout.splitlines() if line.startswith("  make ")} == {
        "up", "install", "web", "check", "test", "screenshots", "bench", "fmt", "openapi", "settings", "checks", "lock",
        "secrets", "clean", "help",
    }  # fmt: skip


def test_the_locks_agree_and_carry_hashes_and_no_address() -> None:
    runtime, dev = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert set(pins(runtime)) <= set(pins(dev))
    for text in (runtime, dev):
        assert len(pins(text)) > 90
        assert all("--hash=sha256:" in after for after in pins(text).values())
        assert "://" not in text
        assert not any(line.startswith("-") for line in text.splitlines())


def pins(lock: str) -> dict[str, str]:
    """Each pinned requirement and the line behind it."""
    return {line: after for line, after in pairwise(lock.splitlines()) if "==" in line and line[0].isalnum()}
