"""The log."""

from __future__ import annotations

from typing import Literal

import structlog

from bedside.notify.channels.base import Channel, Errand

_log = structlog.get_logger(__name__)


class LogChannel(Channel):
    """Every message is a line of the log."""

    kind: Literal["log"] = "log"

    @property
    def means(self) -> str:
        return self.kind

    def send(self, errand: Errand) -> None:
        letter = errand.letter
        write = {"info": _log.info, "warning": _log.warning, "critical": _log.warning}[letter.severity]
        write("notification", id=str(errand.id), subject=letter.subject, body=letter.body)
