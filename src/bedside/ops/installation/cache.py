"""The shared cache, where one is set."""

from __future__ import annotations

from bedside.platform.checks import Check, Condition, Finding, Health, skipped
from bedside.platform.config.core import CacheSettings
from bedside.platform.runtime import Runtime


async def _shared(runtime: Runtime) -> Finding:
    if runtime.settings.get(CacheSettings).redis_url is None:
        return skipped("No Redis is set (REDIS_URL): each process keeps its limits itself.")
    await runtime.limiter.ping()
    return Finding(
        status=Health.HEALTHY,
        evidence="Redis answers.",
        conditions=[Condition(name="Redis", value="answers", threshold="answers", ok=True)],
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "cache",
        "Redis",
        _shared,
        "Start Redis, or mend REDIS_URL. Until then each request passes: limits on frequency are not kept.",
        name="cache.redis",
    ),
)
