"""What can go wrong with the embedded PostgreSQL; every message says what to do."""

from __future__ import annotations

from bedside.platform.errors import ExitCode, Unavailable


class EmbeddedPostgresError(Unavailable):
    """The embedded PostgreSQL can't be used as it is."""

    code = "embedded-postgres"
    title = "The embedded PostgreSQL can't be used"


class FolderOutOfReach(EmbeddedPostgresError):
    """The user that PostgreSQL runs as can't enter or write a folder."""

    code = "embedded-postgres-folder"
    exit_code = ExitCode.WRONG_USE


class HomeInUse(EmbeddedPostgresError):
    """Another Bedside process holds this BEDSIDE_HOME."""

    code = "home-in-use"
    title = "Bedside is already running here"


class WrongMajorVersion(EmbeddedPostgresError):
    """The data folder was written by another major version of PostgreSQL."""

    code = "embedded-postgres-version"


class BadDataFolder(EmbeddedPostgresError):
    """The data folder is not one that PostgreSQL would start from."""

    code = "embedded-postgres-data"


class DiskFull(EmbeddedPostgresError):
    """There is no room left for PostgreSQL to start."""

    code = "disk-full"
    title = "The disk is full"


class StartFailed(EmbeddedPostgresError):
    """PostgreSQL ended while starting, or was not ready in time; the message ends with its last log lines."""

    code = "embedded-postgres-start"
