"""The one hierarchy of errors that Bedside raises on purpose.

Each class has a stable ``code``, an HTTP ``status``, an ``exit_code`` for the command line and a
sentence (the message) which says what went wrong and what to do. Messages, ``extra`` and causes never
hold patient data: they reach logs, terminals and problem details (RFC 9457).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, ClassVar


class ExitCode(IntEnum):
    """Exit codes of every ``bedside`` command (DESIGN, "What callers can rely on")."""

    WELL = 0
    FAILED = 1
    WRONG_USE = 2
    NEEDS_ATTENTION = 3
    FAULT = 4


class BedsideError(Exception):
    """Something that Bedside knows how to explain.

    ``extra`` holds further members of the problem document: ids, names of fields, limits.
    """

    code: ClassVar[str] = "failed"
    title: ClassVar[str] = "The request failed"
    status: ClassVar[int] = 500
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class BadInput(BedsideError):
    """What was sent can't be understood; the sender can mend it."""

    code = "bad-input"
    title = "The input is not valid"
    status = 422
    exit_code = ExitCode.WRONG_USE


class TooLarge(BedsideError):
    """What was sent is over a stated limit."""

    code = "too-large"
    title = "The input is too large"
    status = 413
    exit_code = ExitCode.WRONG_USE


class NotSignedIn(BedsideError):
    """No valid access token or session came with the request."""

    code = "not-signed-in"
    title = "Sign in first"
    status = 401


class Forbidden(BedsideError):
    """The actor is known and may not do this."""

    code = "forbidden"
    title = "Not allowed"
    status = 403


class NotFound(BedsideError):
    """No such thing, or none that this actor may see: the two are not told apart."""

    code = "not-found"
    title = "Not found"
    status = 404


class Conflict(BedsideError):
    """The thing has changed meanwhile, or its state does not permit the move."""

    code = "conflict"
    title = "The state does not allow this"
    status = 409


class TooManyRequests(BedsideError):
    """A limit on frequency; ``extra['retry_after']`` is in seconds."""

    code = "too-many-requests"
    title = "Too many requests"
    status = 429


class Unavailable(BedsideError):
    """A part that this needs does not answer; trying again later may help."""

    code = "unavailable"
    title = "Temporarily unavailable"
    status = 503


class SettingsError(BedsideError):
    """A setting is missing, malformed or unsafe; start is refused."""

    code = "settings"
    title = "A setting is not valid"
    exit_code = ExitCode.WRONG_USE


class Fault(BedsideError):
    """A mistake in Bedside itself, found by one of its own guards."""

    code = "fault"
    title = "A fault in Bedside"
    exit_code = ExitCode.FAULT
