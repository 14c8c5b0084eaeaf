"""The settings that every process reads: where Bedside lives, what kind of place it is, how it logs and listens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from bedside.platform.config.places import check_locale, emergency_number
from bedside.platform.config.section import Section, secret_field

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


class Environment(StrEnum):
    """What kind of place this is. Sample data is for development alone."""

    DEVELOPMENT = "development"
    TEST = "test"
    STAGING = "staging"
    PRODUCTION = "production"


LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
_PART = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


class CoreSettings(Section):
    """Where Bedside lives and what kind of place it is."""

    section: ClassVar[str] = "core"

    environment: Environment = Field(
        default=Environment.DEVELOPMENT,
        alias="ENVIRONMENT",
        description="development, test, staging or production.",
    )
    home: Annotated[Path, AfterValidator(lambda p: p.expanduser().absolute())] = Field(
        default=Path("var"),
        alias="BEDSIDE_HOME",
        description="The folder that holds everything Bedside keeps: postgres, objects, backups, logs, secrets.",
    )
    organisation: str = Field(
        default="Bedside",
        alias="ORGANISATION",
        max_length=120,
        description="The name of the hospital or service, as patients read it.",
    )
    locale: Annotated[str, AfterValidator(check_locale)] = Field(
        default="en",
        alias="LOCALE",
        description="Language and region of the service (en, en-GB, de-CH): how the pages write, and whom to call.",
    )
    emergency_number: str = Field(
        default_factory=lambda known: emergency_number(known.get("locale")),
        alias="EMERGENCY_NUMBER",
        description=(
            "The number that patients are told to call in an emergency; when not set, that of LOCALE's region "
            "(999 for en-GB, 911 for en-US), and 112 elsewhere."
        ),
    )
    crisis_line: str | None = Field(
        default=None,
        alias="CRISIS_LINE",
        description="The number of a crisis line, for people who think of ending their life (116 123, 988).",
    )
    sample_data: bool = Field(
        default=False,
        alias="SAMPLE_DATA",
        description="Sample patients and sign-ins; only in development and only on a loopback address.",
    )

    @field_validator("emergency_number", "crisis_line")
    @classmethod
    def _dialled(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not 2 <= len(value) <= 20 or not set(value) <= set("0123456789+ "):
            raise ValueError("must be 2 to 20 digits, with + and blanks between them, as in 112 or +44 20 7946 0000")
        return value

    def problems(self, settings: Settings) -> Iterable[str]:
        if self.sample_data and self.environment is not Environment.DEVELOPMENT:
            yield "SAMPLE_DATA is on, which ENVIRONMENT permits in development only; turn one of them off."
        if self.sample_data and not settings.get(ServerSettings).is_loopback:
            yield "SAMPLE_DATA is on while API_HOST is not a loopback address; its passwords are public."

    def warnings(self, settings: Settings) -> Iterable[str]:
        if self.crisis_line is None:
            yield (
                "CRISIS_LINE is not set: people who think of ending their life are told of a crisis line without its "
                "number. Set the number of the one that serves your patients."
            )


class ServerSettings(Section):
    """How the API listens."""

    section: ClassVar[str] = "server"

    host: str = Field(default="127.0.0.1", alias="API_HOST", description="The address to listen on.")
    port: int = Field(default=8000, alias="API_PORT", ge=0, le=65535, description="The port to listen on.")
    timeout_seconds: int = Field(
        default=300,
        alias="API_TIMEOUT",
        ge=1,
        le=3600,
        description="Longest time for one request, in seconds.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        alias="CORS_ORIGINS",
        description="Origins of other sites that may call the API, comma-separated.",
    )
    public_url: str | None = Field(
        default=None,
        alias="PUBLIC_URL",
        description="The address people use, where it is not API_HOST:API_PORT.",
    )
    force_https: bool = Field(
        default=False,
        alias="FORCE_HTTPS",
        description="Send HSTS and mark cookies Secure; needed behind TLS.",
    )
    largest_body: int = Field(
        default=1024 * 1024,
        alias="API_MAX_BODY_BYTES",
        ge=1024,
        description="The largest request body that is read, in bytes.",
    )
    idempotency_key_days: int = Field(
        default=7,
        alias="IDEMPOTENCY_KEY_DAYS",
        ge=1,
        le=90,
        description="How long an Idempotency-Key gives the first answer again, in days.",
    )
    trusted_proxies: str | None = Field(
        default=None,
        alias="TRUSTED_PROXIES",
        description="Addresses or networks, comma-separated, whose X-Forwarded-For is believed; none by default.",
    )
    web_root: Path | None = Field(
        default=None,
        alias="WEB_ROOT",
        description="The folder of the built pages, where it is not the one that `make up` builds (web/dist).",
    )
    rate_limit_per_minute: int = Field(
        default=600,
        alias="API_RATE_LIMIT",
        ge=1,
        description="Requests a minute for one signed-in user or address.",
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip(" \"'") for part in value.strip("[]").split(",") if part.strip(" \"'"))

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """The address that people use, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    def problems(self, settings: Settings) -> Iterable[str]:
        production = settings.core.environment is Environment.PRODUCTION
        if "*" in self.cors_origins:
            yield "CORS_ORIGINS is *, which would let any site act for a signed-in user; name the origins."
        if production and not self.is_loopback and not self.force_https:
            yield "FORCE_HTTPS is off in production on a public address; terminate TLS in front and turn it on."
        if self.trusted_proxies and "*" in self.trusted_proxies:
            yield "TRUSTED_PROXIES is *, so anybody could claim any address; name your proxies."
        if self.public_url and urlsplit(self.public_url).scheme not in {"http", "https"}:
            yield "PUBLIC_URL must begin with http:// or https://."


class DatabaseSettings(Section):
    """The database: embedded when DATABASE_URL is not set."""

    section: ClassVar[str] = "database"

    url: SecretStr | None = Field(
        default=None,
        alias="DATABASE_URL",
        description="The app role's URL of an external PostgreSQL 15 to 18.",
    )
    owner_url: SecretStr | None = Field(
        default=None,
        alias="DATABASE_OWNER_URL",
        description="The owner role's URL, used by migrations alone.",
    )
    jobs_url: SecretStr | None = Field(
        default=None,
        alias="DATABASE_JOBS_URL",
        description="The jobs role's URL, used by workers for the queue.",
    )
    monitor_url: SecretStr | None = Field(
        default=None, alias="DATABASE_MONITOR_URL", description="The monitor role's URL (pg_monitor)."
    )
    backup_url: SecretStr | None = Field(
        default=None, alias="DATABASE_BACKUP_URL", description="The backup role's URL (REPLICATION)."
    )
    maintenance_url: SecretStr | None = Field(
        default=None,
        alias="DATABASE_MAINTENANCE_URL",
        description=(
            "A role that may VACUUM, ANALYZE and REINDEX Bedside's tables (a member of pg_maintain, PostgreSQL 17 and "
            "newer); without it the owner's URL is used."
        ),
    )
    setup_url: SecretStr | None = Field(
        default=None,
        alias="DATABASE_SETUP_URL",
        description="A role with CREATEROLE and CREATEDB; read by `bedside db setup` alone.",
    )
    pool_size: int = Field(
        default=20,
        alias="DB_POOL_SIZE",
        ge=1,
        le=500,
        description="Connections kept open by one API process.",
    )
    max_overflow: int = Field(
        default=10,
        alias="DB_MAX_OVERFLOW",
        ge=0,
        le=500,
        description="Connections beyond the pool, closed after use.",
    )
    pool_timeout_seconds: float = Field(
        default=10,
        alias="DB_POOL_TIMEOUT",
        gt=0,
        le=300,
        description="Longest wait for a free connection, in seconds.",
    )
    programs: Path | None = Field(
        default=None,
        alias="PG_BIN_DIR",
        description="The folder of PostgreSQL's programs (psql), where it is not the one that Bedside carries.",
    )
    embedded_password: SecretStr | None = secret_field(
        "EMBEDDED_DATABASE_KEY", "The key from which the embedded server's passwords are derived."
    )

    @property
    def is_embedded(self) -> bool:
        return self.url is None

    def problems(self, settings: Settings) -> Iterable[str]:
        for field, value in self:
            if field.endswith("url") and isinstance(value, SecretStr):
                scheme = urlsplit(value.get_secret_value()).scheme.partition("+")[0]
                if scheme not in {"postgresql", "postgres"}:
                    yield f"{type(self).model_fields[field].alias}: must begin with postgresql://"
        if self.url is None and (self.owner_url or self.jobs_url):
            yield "DATABASE_OWNER_URL or DATABASE_JOBS_URL is set without DATABASE_URL."


class CacheSettings(Section):
    """The cache: in-process when REDIS_URL is not set. It never holds patient data."""

    section: ClassVar[str] = "cache"

    redis_url: SecretStr | None = Field(
        default=None, alias="REDIS_URL", description="A Redis to share rate limits between machines."
    )


class LogSettings(Section):
    """What is logged and where."""

    section: ClassVar[str] = "log"

    level: LogLevel = Field(default="INFO", alias="LOG_LEVEL", description="DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    to_stderr: bool = Field(
        default=True, alias="LOG_STDERR", description="Log to stderr too, as containers and systemd collect it."
    )
    file_bytes: int = Field(
        default=10_485_760,
        alias="LOG_FILE_BYTES",
        ge=10_000,
        description="Size at which a log file is set aside and a new one begun.",
    )
    file_hours: float = Field(
        default=24,
        alias="LOG_FILE_HOURS",
        gt=0,
        le=8760,
        description="Age at which a log file is set aside and a new one begun, in hours.",
    )
    file_count: int = Field(
        default=30,
        alias="LOG_FILE_COUNT",
        ge=1,
        le=1000,
        description="Log files set aside that are kept, of each kind.",
    )
    keep_days: float = Field(
        default=30,
        alias="LOG_KEEP_DAYS",
        gt=0,
        le=3660,
        description="How long log files that were set aside are kept, in days.",
    )
    compress: bool = Field(
        default=True, alias="LOG_COMPRESS", description="Compress log files that were set aside (gzip)."
    )
    levels: str = Field(
        default="",
        alias="LOG_LEVELS",
        max_length=1000,
        description="Levels of single parts, comma-separated: knowledge=DEBUG,http=WARNING,sqlalchemy=INFO.",
    )

    @field_validator("level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("levels")
    @classmethod
    def _readable(cls, value: str) -> str:
        _part_levels(value)
        return value

    def part_levels(self) -> dict[str, str]:
        """Return the level of each part that LOG_LEVELS names."""
        return _part_levels(self.levels)


def _part_levels(text: str) -> dict[str, str]:
    """Return levels by part. Raises ValueError for what is not ``part=LEVEL``, comma-separated."""
    found = {}
    for item in filter(None, (item.strip() for item in text.split(","))):
        part, _, level = (word.strip() for word in item.partition("="))
        if not _PART.fullmatch(part) or level.upper() not in get_args(LogLevel):
            raise ValueError("must be parts with their levels, as in knowledge=DEBUG,http=WARNING")
        found[part] = level.upper()
    return found


class MetricsSettings(Section):
    """Metrics for Prometheus. The API serves its own at /metrics."""

    section: ClassVar[str] = "metrics"

    port: int | None = Field(
        default=None,
        alias="METRICS_PORT",
        ge=1,
        le=65535,
        description="The port at which the worker serves its metrics, on API_HOST. Not set: it serves none.",
    )


CORE_SECTIONS: tuple[type[Section], ...] = (
    CoreSettings,
    ServerSettings,
    DatabaseSettings,
    CacheSettings,
    LogSettings,
    MetricsSettings,
)
