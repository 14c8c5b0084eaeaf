"""Structured logs: JSON lines with the request's id, to stderr and to rotating files. No patient data.

What goes in is an allow-list by habit and a guard by code: events are constant sentences, values are ids,
counts, durations and names of classes; ``exc_info`` is reduced to the error's class and the places in
Bedside's code it passed, because an exception's own text may quote what somebody typed.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from bedside.platform.config.core import LogSettings
from bedside.platform.log_files import RotatingLog, Rotation
from bedside.platform.metrics import LOG_LINES

_LONGEST_VALUE = 300
# Their arguments are addresses, process numbers and revisions.
_OURS_TO_FILL = ("uvicorn.error", "alembic.runtime.migration")
_LIBRARIES = {"uvicorn", "httpx", "httpcore", "procrastinate", "sqlalchemy", "psycopg", "asyncio", "alembic", "apprise"}
_set_before: set[str] = set()
_QUIET = ("uvicorn.access", "httpx", "httpcore", "procrastinate", "sqlalchemy", "psycopg", "asyncio")


def configure_logging(settings: LogSettings, folder: Path | None, *, process: str) -> None:
    """Log as JSON: to stderr if so set, and where ``folder`` is given to ``<process>.log`` and ``error.log`` in it."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _count,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _reduce_exception,
        _bound_values,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_only_template, *shared],
        use_get_message=False,
        pass_foreign_args=True,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)] if settings.to_stderr else []
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handlers.append(_file(folder / f"{process}.log", settings, logging.NOTSET))
        handlers.append(_file(folder / "error.log", settings, logging.ERROR))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(settings.level)
    _set_levels(settings)
    structlog.configure(
        processors=[
            # First: what nobody wants to read is not made.
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)


def _set_levels(settings: LogSettings) -> None:
    """Give each part that LOG_LEVELS names its level, and those that it named before the whole's again."""
    for name in _set_before:
        logging.getLogger(name).setLevel(logging.NOTSET)
    _set_before.clear()
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for part, level in settings.part_levels().items():
        name = part if part.partition(".")[0] in _LIBRARIES else f"bedside.{part}"
        logging.getLogger(name).setLevel(level)
        _set_before.add(name)


def _count(_logger: Any, method: str, event: EventDict) -> EventDict:
    LOG_LINES.labels(event.get("level") or method).inc()
    return event


def _file(path: Path, settings: LogSettings, level: int) -> logging.Handler:
    handler = RotatingLog(path, rotation(settings))
    handler.setLevel(level)
    return handler


def rotation(settings: LogSettings) -> Rotation:
    """Return when files are set aside and how long they are kept."""
    return Rotation(
        largest_bytes=settings.file_bytes,
        longest_seconds=settings.file_hours * 3600,
        keep=settings.file_count,
        keep_seconds=settings.keep_days * 86_400,
        compress=settings.compress,
    )


class _Withheld(str):
    """Stands for an argument that may hold what people typed."""

    def __repr__(self) -> str:
        return str(self)


_WITHHELD = _Withheld("…")


def _only_template(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Fill a library's message with numbers and names of errors alone: its arguments may hold what people typed."""
    given = event.pop("positional_args", ())
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        known = record.name in _OURS_TO_FILL
        event["event"] = _filled(record.msg, given, whole=known) if isinstance(record.msg, str) else _kind(record.msg)
    return event


def _filled(template: str, given: Any, *, whole: bool) -> str:
    if not given:
        return template
    try:
        if isinstance(given, Mapping):
            return template % {name: value if whole else _harmless(value) for name, value in given.items()}
        return template % tuple(value if whole else _harmless(value) for value in given)
    except (TypeError, ValueError, KeyError):
        return template


def _kind(value: object) -> str:
    return type(value).__name__


def _harmless(value: object) -> object:
    if isinstance(value, int | float):
        return value
    return _Withheld(_kind(value)) if isinstance(value, BaseException) else _WITHHELD


def _reduce_exception(_logger: Any, _method: str, event: EventDict) -> EventDict:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = _places(error.__traceback__)
    return event


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)
    ours = [f for f in frames if "bedside" in f.filename] or list(frames)
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in ours[-8:]]


def _bound_values(_logger: Any, _method: str, event: EventDict) -> EventDict:
    if event.get("actor_id", "") is None:
        del event["actor_id"]  # nobody was known yet
    for name, value in event.items():
        if isinstance(value, str) and len(value) > _LONGEST_VALUE and not name.startswith("_"):
            event[name] = value[:_LONGEST_VALUE] + "…"
    return event
