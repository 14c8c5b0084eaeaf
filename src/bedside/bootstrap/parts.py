"""Features' long-lived objects, one of each for a process; each loads its heavy libraries at first use."""

from __future__ import annotations

from typing import Any

from bedside.assistant.service import Engine
from bedside.bootstrap.checks import CHECKS
from bedside.care.service import measure_worklist
from bedside.identity.service import measure_sessions
from bedside.identity.service.links import Messenger
from bedside.notify.service import send_privately
from bedside.platform.checks import CheckList
from bedside.platform.config import Settings
from bedside.platform.gauges import Gauges


def build_parts(settings: Settings) -> dict[type[Any], Any]:
    """Return the parts by their class."""
    return {
        CheckList: CheckList(CHECKS),
        Engine: Engine(settings),
        Gauges: Gauges((measure_sessions, measure_worklist)),
        Messenger: Messenger(send_privately),
    }
