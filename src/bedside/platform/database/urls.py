"""The two forms of a PostgreSQL URL."""

from __future__ import annotations

from bedside.platform.errors import SettingsError


def sqlalchemy_url(url: str) -> str:
    """Return a PostgreSQL URL in the form that names the psycopg driver."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in {"postgres", "postgresql"}:
        raise SettingsError("A database URL must begin with postgresql://")
    return f"postgresql+psycopg://{rest}"


def psycopg_url(url: str) -> str:
    """Return a PostgreSQL URL in the form that libpq and psycopg read."""
    return "postgresql://" + url.partition("://")[2]
