"""Audit events as comma-separated values (RFC 4180), for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from bedside.audit.schemas import AuditEventOut

_COLUMNS = tuple(AuditEventOut.model_fields)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_head() -> str:
    """Return the line of names."""
    return _lines([_COLUMNS])


def csv_rows(events: Iterable[AuditEventOut]) -> str:
    """Return a line for each event; several values of one column are separated by blanks."""
    return _lines([_cell(value) for value in event.model_dump(mode="json").values()] for event in events)


def _cell(value: Any) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    # A spreadsheet would run what begins so (OWASP, "CSV Injection"); people choose names and operators.
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _lines(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
