"""``/api/docs``: Swagger UI from the installed package ``fastapi-offline``; nothing is asked of another machine.

FastAPI's own page takes its script from a public CDN and holds an inline script: blank in a closed network, and
against the content security policy of every other page.
"""

from __future__ import annotations

from html import escape
from importlib import resources

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

PATH = "/api/docs"
_ASSETS = f"{PATH}/assets"
_START = f"{PATH}/start.js"
# Swagger UI draws with style attributes and with icons that are data: addresses; scripts come from here alone.
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{assets}/swagger-ui.css">
<script src="{assets}/swagger-ui-bundle.js" defer></script>
<script src="{start}" defer></script>
</head>
<body><div id="swagger-ui"></div></body>
</html>
"""
_SCRIPT = """SwaggerUIBundle({{url: "{schema}", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null}});
"""


def install(app: FastAPI) -> None:
    """Add the page, what starts it, and Swagger UI's own files to ``app``."""
    page = _PAGE.format(title=escape(f"{app.title}: API"), assets=_ASSETS, start=_START)
    script = _SCRIPT.format(schema=app.openapi_url)

    async def documentation(_: Request) -> Response:
        return HTMLResponse(page, headers={"content-security-policy": CONTENT_SECURITY})

    async def start(_: Request) -> Response:
        return Response(script, media_type="text/javascript")

    app.add_route(PATH, documentation, include_in_schema=False)
    app.add_route(_START, start, include_in_schema=False)
    app.mount(_ASSETS, StaticFiles(directory=str(resources.files("fastapi_offline") / "static")))
