"""Logs are JSON lines that can't hold what people typed."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import structlog
from pydantic import ValidationError

from bedside.platform.config.core import LogSettings
from bedside.platform.log_files import RotatingLog
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


@pytest.mark.parametrize(
    ("template", "arguments", "shown"),
    [
        ("query failed for %s", (PLANTED,), "query failed for …"),
        ("query failed for %r", (PLANTED,), "query failed for …"),
        ("%d connections to %s, %.1f s", (3, PLANTED, 0.25), "3 connections to …, 0.2 s"),
        ("lost: %s", (ValueError(PLANTED),), "lost: ValueError"),
        ("%(who)s waits %(seconds)d s", ({"who": PLANTED, "seconds": 4},), "… waits 4 s"),
        ("%d of 100 %% done", (7,), "7 of 100 % done"),
        ("%d rows", (PLANTED,), "%d rows"),
        ("two %s %s", (PLANTED,), "two %s %s"),
        ("100% of it", (), "100% of it"),
    ],
)
def test_a_librarys_line_is_filled_with_what_is_harmless(
    logs: Path, template: str, arguments: tuple[object, ...], shown: str
) -> None:
    record = logging.getLogger("library").makeRecord("library", logging.WARNING, "x.py", 1, template, arguments, None)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, RotatingLog):  # pytest's own refuses a line that can't be filled
            handler.handle(record)
    (line,) = _lines(logs / "test.log")
    assert line["event"] == shown


def test_lines_whose_arguments_are_bedsides_own_are_filled_whole(logs: Path) -> None:
    logging.getLogger("uvicorn.error").info("Uvicorn running on socket %s", "127.0.0.1:8000")
    (line,) = _lines(logs / "test.log")
    assert line["event"] == "Uvicorn running on socket 127.0.0.1:8000"
    assert "positional_args" not in line


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ("", ["bedside.care warning", "bedside.knowledge.x warning"]),
        (
            "knowledge=debug",
            [
                "bedside.care warning",
                "bedside.knowledge.x debug",
                "bedside.knowledge.x info",
                "bedside.knowledge.x warning",
            ],
        ),
        ("knowledge.x=ERROR, care=INFO", ["bedside.care info", "bedside.care warning"]),
    ],
)
def test_levels_by_part(logs: Path, levels: str, shown: list[str]) -> None:
    configure_logging(LogSettings(LOG_LEVEL="WARNING", LOG_LEVELS=levels), logs, process="test")
    for name in ("bedside.care", "bedside.knowledge.x"):
        for level in ("debug", "info", "warning"):
            getattr(structlog.get_logger(name), level)("said")
    assert [f"{line['logger']} {line['level']}" for line in _lines(logs / "test.log")] == shown
    configure_logging(LogSettings(), logs, process="test")
    assert logging.getLogger("bedside.knowledge").level == logging.NOTSET, "what is not named any more is as the rest"


@pytest.mark.parametrize("levels", ["knowledge", "knowledge=LOUD", "=INFO", "know ledge=INFO", "a=INFO,,b", "A=INFO"])
def test_levels_that_are_none_are_refused(levels: str) -> None:
    with pytest.raises(ValidationError, match="parts with their levels"):
        LogSettings(LOG_LEVELS=levels)


def test_a_long_value_is_cut(logs: Path) -> None:
    structlog.get_logger("bedside.x").info("request", value="x" * 10_000)
    assert len((logs / "test.log").read_text()) < 1000
