"""The API: the application factory, and ``bedside serve``."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator
from importlib.metadata import version

import typer
import uvicorn
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from bedside.bootstrap.database import urls_for_process
from bedside.bootstrap.routers import ROUTERS
from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.safety import require_protocols, require_safe, until_safe
from bedside.bootstrap.settings import read_settings
from bedside.bootstrap.warm import keep_sampling, keep_writing_traffic, warm
from bedside.platform.cli.options import WaitForDatabaseOption
from bedside.platform.config.address import forget_address, write_address
from bedside.platform.config.core import LogSettings, ServerSettings
from bedside.platform.errors import Fault, SettingsError
from bedside.platform.http import documentation, pages, problems
from bedside.platform.http.middleware import RequestMiddleware
from bedside.platform.logging import configure_logging
from bedside.platform.runtime import Runtime
from bedside.platform.tracing import tracing
from bedside.platform.traffic import Traffic

GRACE_SECONDS = 3
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(runtime: Runtime, *, warmed: bool = False) -> FastAPI:
    """Return the application over ``runtime``, which it starts and stops with itself.

    ``warmed``: load in the background what the first conversation needs.
    """
    server = runtime.settings.get(ServerSettings)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with runtime.running(events=True):
            warming = asyncio.create_task(warm(runtime)) if warmed else None
            writing = asyncio.create_task(keep_writing_traffic(runtime), name="traffic")
            sampling = asyncio.create_task(keep_sampling(runtime), name="samples")
            yield
            if warming:
                warming.cancel()
            for task in (writing, sampling):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    app = FastAPI(
        title="Bedside",
        version=version("bedside"),
        description="A medical AI assistant that a hospital can run by itself.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # FastAPI's own would export paths, queries and refused input, with patients' words in them, as soon as the
        # environment or a library set a provider. Bedside's traces are platform.tracing's.
        telemetry=_NO_TELEMETRY,
    )
    app.state.runtime = runtime
    problems.install(app)
    documentation.install(app)
    if server.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(server.cors_origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["authorization", "content-type", "idempotency-key", "x-requested-with"],
            allow_credentials=True,
        )
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=server.largest_body)
    app.add_middleware(
        RequestMiddleware,
        hsts=server.force_https,
        largest_body=server.largest_body,
        traffic=runtime.part(Traffic),
    )
    for router in ROUTERS:
        app.include_router(router)
    pages.install(app, pages.built_pages(server.web_root))
    return app


def listening_socket(settings: ServerSettings) -> socket.socket:
    """Bind the API's address before anything else starts. Raises SettingsError when that can't be done."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off for sockets that name it, and for no others:
    # with it on, an answer of two segments waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
def serve(wait_for_database: WaitForDatabaseOption = None) -> None:
    """Run the API alone; the database must be there (see `bedside up`, which runs everything)."""
    settings = read_settings()
    server = settings.get(ServerSettings)
    configure_logging(settings.get(LogSettings), settings.home / "logs", process="api")
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(listening_socket(server)))
        require_protocols()
        urls = stack.enter_context(urls_for_process(settings, wait_for_database))
        stack.enter_context(tracing(settings, process="api"))
        runtime = build_runtime(settings, urls, process="api")
        config = uvicorn.Config(
            create_app(runtime, warmed=True),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=server.trusted_proxies is not None,
            forwarded_allow_ips=server.trusted_proxies or "",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        write_address(settings.home, server.url)
        stack.callback(forget_address, settings.home, server.url)
        # uvloop's, where it is installed (not on Windows): as asyncio.run, but the event loop is uvicorn's choice.
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_serve(_Server(config), runtime, listener))


class _Server(uvicorn.Server):
    """Uvicorn's server, which would end a signal's work by sending it again: too early for what is to be stopped."""

    def capture_signals(self) -> contextlib.nullcontext[None]:  # type: ignore[override]
        return contextlib.nullcontext()


async def _serve(server: uvicorn.Server, runtime: Runtime, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM. Raises SettingsError where the database, now or once it answers, is not safe."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.handle_exit, number, None)
    guard = None if await require_safe(runtime) else asyncio.create_task(until_safe(runtime), name="database guard")
    if guard is not None:
        guard.add_done_callback(lambda task: _end_where_unsafe(task, server))
    await server.serve(sockets=[listener])
    if not server.started:
        raise Fault("The API did not start; logs/api.log below BEDSIDE_HOME says where.")
    if guard is not None:
        guard.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await guard


def _end_where_unsafe(task: asyncio.Task[None], server: uvicorn.Server) -> None:
    if not task.cancelled() and task.exception() is not None:
        server.should_exit = True
