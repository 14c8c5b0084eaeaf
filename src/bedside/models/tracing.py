"""Keeps LangChain from reporting runs, and with them patients' words, to a tracing service.

``langsmith`` is a dependency of langchain-core and reads these variables by itself.
"""

from __future__ import annotations

import os

_PREFIXES = ("LANGSMITH_", "LANGCHAIN_")


def forbid_tracing() -> None:
    """Clear the environment of every LangSmith and LangChain variable. Call it before either is imported.

    Removing is not enough for tracing alone: an endpoint or a key left behind would wait for the next switch,
    and the old LANGCHAIN_TRACING raises when it stands alone.
    """
    for name in [name for name in os.environ if name.startswith(_PREFIXES)]:
        del os.environ[name]
    for prefix in _PREFIXES:
        os.environ[f"{prefix}TRACING_V2"] = "false"
