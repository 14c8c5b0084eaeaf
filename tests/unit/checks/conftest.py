"""A checkout of its own for each test, in which the check programs find what the test plants."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[3] / "scripts"


@dataclass(frozen=True)
class Checkout:
    root: Path

    def write(self, name: str, content: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def run(
        self, script: str, *arguments: str, environment: Mapping[str, str] = os.environ
    ) -> subprocess.CompletedProcess[str]:
        """Run ``scripts/<script>`` as `make check` does, in this checkout."""
        return subprocess.run(
            [sys.executable, str(SCRIPTS / script), *arguments],
            cwd=self.root,
            env=dict(environment),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return Checkout(tmp_path)
