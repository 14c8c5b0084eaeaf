"""Telling the other processes that something changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bedside.platform.errors import Fault

CHANNEL = "bedside"
_LONGEST_PAYLOAD = 7999  # PostgreSQL 18 documentation, NOTIFY: shorter than 8000 bytes


def payload(topic: str, ids: Mapping[str, Any]) -> str:
    """Return a notice as ``pg_notify`` takes it. The audit's statement sends it, so that it arrives with the commit.

    Raises Fault for what is too long to be a few ids.
    """
    text = json.dumps({"topic": topic, **{name: str(value) for name, value in ids.items()}})
    if len(text.encode()) > _LONGEST_PAYLOAD:
        raise Fault("A notice carries a few ids, not content.")
    return text
