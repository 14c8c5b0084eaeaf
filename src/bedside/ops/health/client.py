"""Asks the API of this home whether it is alive, as people reach it."""

from __future__ import annotations

import httpx

from bedside.platform.errors import Unavailable

_LONGEST_SECONDS = 1.5


async def api_version(address: str) -> str:
    """Return the version of the Bedside that answers at ``address``. Raises Unavailable when none does."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=_LONGEST_SECONDS) as http:
            answer = await http.get(f"{address}/api/site")
            version = answer.raise_for_status().json()["version"]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"Nothing that is Bedside answers at {address} ({type(error).__name__}).") from None
    return str(version)
