"""Logs are JSON lines that can't hold what people typed."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import structlog

from bedside.platform.config.core import LogSettings
from bedside.platform.logging import configure_logging

PLANTED = "Ingrid Planted 070-555 0199"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging(LogSettings(LOG_FILE_BYTES=10_000, LOG_FILE_COUNT=2), tmp_path / "logs", process="test")
    yield tmp_path / "logs"
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_lines_are_json_with_the_requests_id(logs: Path) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("bedside.x").info("request", status=200)
    (line,) = _lines(logs / "test.log")
    assert (line["event"], line["request_id"], line["level"], line["process"]) == ("request", "r-1", "info", "test")


def test_an_exceptions_text_is_not_logged(logs: Path) -> None:
    try:
        raise ValueError(PLANTED)
    except ValueError:
        structlog.get_logger("bedside.x").exception("failed")
        logging.getLogger("library").exception("failed too")
    text = (logs / "test.log").read_text()
    assert PLANTED not in text
    assert all(line["error"] == "ValueError" for line in _lines(logs / "test.log"))
    assert len(_lines(logs / "error.log")) == 2


def test_a_librarys_arguments_are_not_logged(logs: Path) -> None:
    logging.getLogger("library").warning("query failed for %s", PLANTED)
    assert PLANTED not in (logs / "test.log").read_text()


def test_files_rotate(logs: Path) -> None:
    for number in range(400):
        structlog.get_logger("bedside.x").info("a line of some length to fill the file", number=number)
    kept = sorted(p.name for p in logs.glob("test.log*"))
    assert kept == ["test.log", "test.log.1", "test.log.2"]
    assert all(p.stat().st_size <= 10_000 for p in logs.glob("test.log*"))


def test_a_long_value_is_cut(logs: Path) -> None:
    structlog.get_logger("bedside.x").info("request", value="x" * 10_000)
    assert len((logs / "test.log").read_text()) < 1000
