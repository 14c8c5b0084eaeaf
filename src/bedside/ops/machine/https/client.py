"""Reads the Date of a web server's answer (RFC 9110, section 6.6.1)."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx

from bedside.kit.clock import Clock
from bedside.platform.errors import Unavailable

ANSWER_SECONDS = 1.0


async def date_ahead(address: str, clock: Clock) -> float:
    """Return by how many seconds the clock at an https address is ahead of ``clock``. Raises Unavailable."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS) as http:
            before = clock.now()
            answer = await http.head(address)
            after = clock.now()
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError, TypeError) as error:
        raise Unavailable(f"{address} does not tell the time ({type(error).__name__}).") from None
    ours = before + (after - before) / 2
    # The second that was told has passed by half on the mean.
    return (theirs + timedelta(seconds=0.5) - ours).total_seconds()
