"""The database's roles, each with a URL of its own."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bedside.kit.crypto import mac
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.errors import SettingsError

if TYPE_CHECKING:
    from bedside.platform.embedded import EmbeddedPostgres

DATABASE = "bedside"


@dataclass(frozen=True, repr=False)
class DatabaseUrls:
    """URLs with passwords in them: never logged, never shown."""

    owner: str | None
    app: str
    jobs: str | None
    monitor: str | None
    backup: str | None

    def require(self, role: str) -> str:
        """Return the URL of ``role``. Raises SettingsError that names the setting where there is none."""
        url = getattr(self, role)
        if url is None:
            raise SettingsError(
                f"DATABASE_{role.upper()}_URL is not set; `bedside db setup` makes the role and prints its URL."
            )
        return str(url)


ROLES = tuple(f.name for f in fields(DatabaseUrls))


def role_name(role: str) -> str:
    """Return the PostgreSQL role's name: ``bedside_app``."""
    return f"bedside_{role}"


def embedded_passwords(settings: DatabaseSettings) -> dict[str, str]:
    """Return the embedded server's passwords by role name, derived from one key."""
    key = settings.embedded_password
    if key is None:
        raise SettingsError("EMBEDDED_DATABASE_KEY is missing; it is generated at first start.")
    return {role_name(r): mac(key.get_secret_value().encode(), r.encode()).hex() for r in ROLES}


def embedded_urls(server: EmbeddedPostgres, settings: DatabaseSettings) -> DatabaseUrls:
    """Return the URLs of an embedded server's roles."""
    passwords = embedded_passwords(settings)
    return DatabaseUrls(**{r: server.dsn(role_name(r), passwords[role_name(r)], DATABASE) for r in ROLES})


def external_urls(settings: DatabaseSettings) -> DatabaseUrls:
    """Return the URLs that the settings give for an external server."""

    def plain(url: SecretStr | None) -> str | None:
        return url.get_secret_value() if url else None

    app = plain(settings.url)
    if app is None:
        raise SettingsError("DATABASE_URL is not set.")
    return DatabaseUrls(
        owner=plain(settings.owner_url),
        app=app,
        jobs=plain(settings.jobs_url),
        monitor=plain(settings.monitor_url),
        backup=plain(settings.backup_url),
    )
