"""Every health check, by the part it looks at."""

from __future__ import annotations

from bedside.platform.checks import Check

CHECKS: tuple[Check, ...] = ()
