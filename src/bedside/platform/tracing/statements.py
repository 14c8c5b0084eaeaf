"""What a span of a statement is called: its verb and Bedside's own table, never a word of the statement else."""

from __future__ import annotations

import re
from functools import lru_cache

_VERB = re.compile(
    r"\s*(select|insert|update|delete|begin|commit|rollback|with|listen|notify|savepoint|set)\b", re.IGNORECASE
)
_TABLE = re.compile(r"\b(?:from|into|update|only)\s+(?:public\.)?\"?([a-z_][a-z0-9_]{0,62})", re.IGNORECASE)


@lru_cache(maxsize=2048)
def statement_name(sql: str, tables: frozenset[str]) -> tuple[str, str | None]:
    """Return the verb in capitals ("OTHER" for one that is not known) and the first of ``tables`` it names, if any."""
    verb = _VERB.match(sql)
    table = next((name for name in (m[1].lower() for m in _TABLE.finditer(sql)) if name in tables), None)
    return (verb[1].upper() if verb else "OTHER"), table
