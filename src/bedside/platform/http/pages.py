"""The built pages (``web/dist``), served by the API itself: hashed files for good, everything else asked for anew."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

INDEX = "index.html"
ASSETS = "assets"
"""The folder whose files have a hash in their names (``build.assetsDir`` of Vite)."""
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
# Addresses of the API and its probes: what is unknown among them is a problem document, never a page.
_API = {"api", "health", "live", "ready", "metrics"}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_ABSENT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Bedside</title>
</head>
<body>
<h1>Bedside runs, without its pages</h1>
<p>The pages have not been built here, so this is the API alone.</p>
<ul>
<li>To have the pages: install Node.js 20 or newer, then run <code>make up</code> again.</li>
<li>What the API can do: <a href="/api/docs">/api/docs</a>.</li>
<li>At a terminal: <code>bedside login</code>, then <code>bedside chat</code>.</li>
</ul>
<p>In an emergency don't wait: call your emergency number.</p>
</body>
</html>
"""


def built_pages(configured: Path | None) -> Path | None:
    """Return the folder of the built pages: WEB_ROOT, or what lies in the package, or beside the source."""
    package = Path(str(resources.files("bedside")))
    candidates = [configured] if configured else [package / "web", package.parents[1] / "web" / "dist"]
    return next((folder for folder in candidates if (folder / INDEX).is_file()), None)


@dataclass(frozen=True)
class Pages:
    """Answers what no route of the API does. Deep links of the pages get ``index.html``."""

    root: Path | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if scope["method"] not in {"GET", "HEAD"} or path.split("/")[1] in _API:
            raise HTTPException(404)
        # What the metrics and the log call it: never the path itself, which a stranger types.
        scope["route"] = Route("/{page}", endpoint=_absent)
        headers = Headers(scope=scope)
        if self.root is None and not _opens_a_page(path, headers):
            raise HTTPException(404)
        response = self._file(path, headers) if self.root else await _absent(Request(scope))
        await response(scope, receive, send)

    def _file(self, path: str, headers: Headers) -> Response:
        assert self.root is not None  # noqa: S101 - the caller has looked
        found = self._within(path.strip("/"))
        if found is None and path.startswith(f"/{ASSETS}/"):
            raise HTTPException(404)  # a file of another build: the page that asked for it loads itself again
        if found is None and not _opens_a_page(path, headers):
            raise HTTPException(404)
        name = found or self.root / INDEX
        immutable = found is not None and path.startswith(f"/{ASSETS}/")
        extra = {
            "cache-control": _FOREVER if immutable else _ASK_AGAIN,
            "vary": "accept-encoding" if found else "accept, accept-encoding",
        }
        if name.suffix == ".html":
            extra["content-security-policy"] = CONTENT_SECURITY
        media_type = mimetypes.guess_type(name.name)[0] or "application/octet-stream"
        accepted = {part.split(";")[0].strip() for part in headers.get("accept-encoding", "").split(",")}
        for encoding, suffix in _ENCODINGS:
            smaller = name.with_name(name.name + suffix)
            if encoding in accepted and smaller.is_file():
                return FileResponse(smaller, media_type=media_type, headers={**extra, "content-encoding": encoding})
        return FileResponse(name, media_type=media_type, headers=extra)

    def _within(self, path: str) -> Path | None:
        """Return the file of that name below the root, or None; nothing outside of it, however it is written."""
        assert self.root is not None  # noqa: S101 - the caller has looked
        if not path or "\0" in path:
            return None
        root = self.root.resolve()
        try:
            file = (root / path).resolve()
            return file if file.is_relative_to(root) and file.is_file() else None
        except OSError:  # a name that the file system refuses, like one of 4,000 characters
            return None


def _opens_a_page(path: str, headers: Headers) -> bool:
    """Whether a browser asks for a page; a client of the API that has a wrong address must learn so."""
    return path == "/" or "text/html" in headers.get("accept", "")


async def _absent(_: Request) -> Response:
    return HTMLResponse(_ABSENT, headers={"cache-control": _ASK_AGAIN})


def install(app: FastAPI, root: Path | None) -> None:
    """Serve the pages below ``root`` wherever ``app`` has no route; without any, say how to get them."""
    app.router.default = Pages(root)
