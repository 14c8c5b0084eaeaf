"""Where ``bedside login`` goes when it is not told."""

from __future__ import annotations

import os

from bedside.platform.cli.session import current
from bedside.platform.config.address import DEFAULT_URL, read_address
from bedside.platform.config.core import ServerSettings
from bedside.platform.errors import SettingsError

_NAMES = ("PUBLIC_URL", "API_HOST", "API_PORT")


def default_url() -> str:
    """Return the address that the settings name; else that of the Bedside that runs on this home; else the usual one.

    Settings that can't be used don't keep anybody from signing in: the usual address is taken then.
    """
    try:
        settings = current().settings(generate_secrets=False, allow_unsafe=True)
    except SettingsError:
        return DEFAULT_URL
    server = settings.get(ServerSettings)
    if any(os.environ.get(name) for name in _NAMES) or server.url != DEFAULT_URL:
        return server.url
    return read_address(settings.home) or server.url
