"""A log line as people and programs read it. What a log holds may be hostile: a terminal never gets it raw."""

from __future__ import annotations

import json
import unicodedata

from bedside.ops.logs.schemas import LogLine

LONGEST_SHOWN = 400
"""Characters of one value."""

_HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_OWN = ("timestamp", "level", "logger", "event")


def harmless(text: str) -> str:
    """Return ``text`` with what a terminal would act on, or hide, written out: ``\\x1b``, ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written_out(char) if unicodedata.category(char) in _HARMFUL else char for char in text)


def _written_out(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def as_text(line: LogLine) -> str:
    """Return one line: time in UTC, level, part, event, the rest as key=value."""
    rest = (f"{_short(name)}={_short(value)}" for name, value in line.fields.items() if name not in _OWN)
    at = line.at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    head = f"{at} {_short(line.level).upper():<8} {_short(line.part)}: {_short(line.event)}"
    return "  ".join((head, *rest))


def as_json(line: LogLine) -> str:
    """Return the line as JSON in ASCII on one line: what is harmful stays written out."""
    return json.dumps(line.fields, sort_keys=True)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    text = harmless(text)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
