"""The API: the application factory, and ``bedside serve``."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from importlib.metadata import version

import structlog
import typer
import uvicorn
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from bedside.bootstrap.database import database_urls
from bedside.bootstrap.routers import ROUTERS
from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.identity.sample import refuse_sample_accounts
from bedside.platform.config.core import LogSettings, ServerSettings
from bedside.platform.errors import SettingsError, Unavailable
from bedside.platform.http import problems
from bedside.platform.http.middleware import RequestMiddleware
from bedside.platform.logging import configure_logging
from bedside.platform.runtime import Runtime

_log = structlog.get_logger(__name__)

GRACE_SECONDS = 3


def create_app(runtime: Runtime) -> FastAPI:
    """Return the application over ``runtime``, which it starts and stops with itself."""
    server = runtime.settings.get(ServerSettings)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with runtime.running(events=True):
            try:
                await runtime.database.require_safe_role()
                await refuse_sample_accounts(runtime)
            except Unavailable:
                _log.warning("the database does not answer; safety advice is given all the same")
            yield

    app = FastAPI(
        title="Bedside",
        version=version("bedside"),
        description="A medical AI assistant that a hospital can run by itself.",
        openapi_url="/api/openapi.json",
        docs_url="/api/docs",
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.runtime = runtime
    problems.install(app)
    if server.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(server.cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", "idempotency-key", "x-requested-with"],
            allow_credentials=True,
        )
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=server.largest_body)
    app.add_middleware(RequestMiddleware, hsts=server.force_https, largest_body=server.largest_body)
    for router in ROUTERS:
        app.include_router(router)
    return app


def listening_socket(settings: ServerSettings) -> socket.socket:
    """Bind the API's address before anything else starts. Raises SettingsError when that can't be done."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"Can't listen on {settings.host}:{settings.port} ({error.strerror}); "
            "stop what uses it, or choose another with API_PORT or API_HOST."
        ) from None
    return listener


app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def serve() -> None:
    """Run the API alone; the database must be there (see `bedside up`, which runs everything)."""
    settings = read_settings()
    server = settings.get(ServerSettings)
    configure_logging(settings.get(LogSettings), settings.home / "logs", process="api")
    with contextlib.closing(listening_socket(server)) as listener, database_urls(settings) as urls:
        application = create_app(build_runtime(settings, urls, process="api"))
        config = uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=server.trusted_proxies is not None,
            forwarded_allow_ips=server.trusted_proxies or "",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[listener])
