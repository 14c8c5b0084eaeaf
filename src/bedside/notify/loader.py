"""Apprise and the HTTP client, imported only when operators are to be told something."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from bedside.notify.letter import Letter

_TYPES = {"info": "info", "warning": "warning", "critical": "failure"}


def send_by_apprise(addresses: Sequence[str], letter: Letter, timeout_seconds: int) -> bool:
    """Send to Apprise addresses; return whether every one of them took it. Blocks."""
    import apprise

    # Its log lines hold addresses with secrets in them; what matters is in our own.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(app_id="Bedside", storage_mode="memory", secure_logging=True)
    outgoing = apprise.Apprise(asset=asset)
    if not all(outgoing.add(address) for address in addresses):
        return False
    answer = outgoing.notify(
        body=letter.body,
        title=letter.subject,
        notify_type=_TYPES[letter.severity],
        body_format="text",
        timeout=timeout_seconds,
    )
    return bool(answer)


def encoded(body: Mapping[str, Any]) -> bytes:
    """Return a body as it goes over the wire; what is signed is exactly this."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def post(url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float) -> int:
    """POST a JSON body and return the status. No redirect is followed. Blocks. Raises httpx.HTTPError, ValueError."""
    import httpx

    # A proxy of the environment is for other machines.
    made = {"content-type": "application/json", "user-agent": "Bedside", **headers}
    # The answer's body is nothing to us, and a receiver must not fill the memory with it: it is not read.
    with (
        httpx.Client(timeout=timeout_seconds, trust_env=not _is_local(url), follow_redirects=False) as http,
        http.stream("POST", url, content=body, headers=made) as answer,
    ):
        return answer.status_code


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
