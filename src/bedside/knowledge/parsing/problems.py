"""What went wrong in reading a source, with the place."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was skipped: the file, the line where known (from 1), and what to do about it."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class ParseError(ValueError):
    """A document or a record can't be read; ``line`` counts from 1 in the file."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def explain(error: ValidationError) -> str:
    """Return the first few faults of a validation as one sentence, without the rejected values."""
    faults = [
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    more = f"; and {len(faults) - MAX_NAMED} more" if len(faults) > MAX_NAMED else ""
    return "; ".join(faults[:MAX_NAMED]) + more + "."
