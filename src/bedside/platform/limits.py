"""Limits on frequency: in this process, or shared through Redis where REDIS_URL is set.

Keys are hashes of ids and addresses, so that a cache never holds who somebody is.
"""

from __future__ import annotations

import hashlib

import structlog
from cashews import Cache
from cashews.exceptions import CacheBackendInteractionError

from bedside.platform.config.core import CacheSettings
from bedside.platform.errors import TooManyRequests, Unavailable

_log = structlog.get_logger(__name__)


class Limiter:
    """Counts hits in fixed windows."""

    def __init__(self, settings: CacheSettings) -> None:
        self._cache = Cache()
        self._cache.setup(settings.redis_url.get_secret_value() if settings.redis_url else "mem://?size=100000")

    async def hit(self, kind: str, who: str, *, limit: int, seconds: int) -> None:
        """Count one hit of ``who``; raise TooManyRequests beyond ``limit`` within ``seconds``.

        A cache that does not answer lets the request pass: a limit protects the service, it is not a lock.
        """
        key = f"limit:{kind}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
        try:
            count = await self._cache.incr(key, expire=seconds)
        except (CacheBackendInteractionError, OSError) as error:
            _log.warning("the cache does not answer; limits are not kept", error=type(error).__name__)
            return
        if count > limit:
            raise TooManyRequests(f"Too many requests; wait {seconds} seconds, then go on.", retry_after=seconds)

    async def ping(self) -> None:
        """Raise Unavailable when the cache that counts does not answer."""
        try:
            await self._cache.ping()
        except (CacheBackendInteractionError, OSError) as error:
            raise Unavailable(f"The cache does not answer ({type(error).__name__}).") from None

    async def close(self) -> None:
        await self._cache.close()
