"""Every section of settings."""

from __future__ import annotations

from bedside.platform.access.settings import AccessSettings
from bedside.platform.config import Section
from bedside.platform.config.core import CORE_SECTIONS

SECTIONS: tuple[type[Section], ...] = (*CORE_SECTIONS, AccessSettings)
