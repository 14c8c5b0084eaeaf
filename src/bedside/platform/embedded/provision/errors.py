"""The error of ``bedside db setup``."""

from __future__ import annotations

from bedside.platform.errors import BedsideError


class ProvisionError(BedsideError):
    """The server, the connecting role or a required extension does not allow the database to be set up."""

    code = "database-setup"
    title = "The database could not be set up"
