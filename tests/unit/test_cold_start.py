"""A command loads what it needs and no more: a cold start is a person who waits."""

import subprocess
import sys

import pytest

HEAVY = {
    "alembic", "apprise", "fastapi", "httpx", "langchain_core", "langgraph", "numpy", "onnxruntime", "procrastinate",
    "psycopg", "sqlalchemy", "tokenizers", "uvicorn",
}  # fmt: skip
PROGRAM = """
import sys
import bedside.cli
sys.argv = ["bedside", *sys.argv[1:]]
try:
    bedside.cli.main()
except SystemExit as end:
    sys.stderr.write(f"{end.code or 0} " + " ".join({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["triage", "assess", "I have a cough", "--json"]])
def test_a_command_that_needs_no_heavy_library_loads_none(arguments: list[str]) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    status, *loaded = answer.stderr.splitlines()[-1].split()
    assert status == "0", answer.stderr[:2000]
    assert answer.stdout
    assert HEAVY.isdisjoint(loaded), HEAVY & set(loaded)


def test_a_host_command_and_the_worker_load_no_web_framework() -> None:
    program = "import bedside.bootstrap.host, bedside.worker, sys; sys.exit('fastapi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
