"""Whether the chat model's service answers, where one is set."""

from __future__ import annotations

from bedside.models.loader import offered_models
from bedside.models.settings import ModelSettings
from bedside.platform.checks import Check, Condition, Finding, Health, skipped
from bedside.platform.runtime import Runtime


async def _endpoint(runtime: Runtime) -> Finding:
    settings = runtime.settings.get(ModelSettings)
    if settings.url is None:
        return skipped("No chat model is set (MODEL_URL): answers are the sources' own sentences.")
    names = await offered_models(settings)
    known = settings.name in names or settings.name == "default"
    return Finding(
        status=Health.HEALTHY if known else Health.DEGRADED,
        evidence=f"The chat model's service answers and offers {len(names)} models.",
        remedy=None if known else "Set MODEL_NAME to a model that the service offers, or load that one there.",
        conditions=[
            Condition(name="the model", value="offered" if known else "not offered", threshold="offered", ok=known)
        ],
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "model",
        "Chat model's service",
        _endpoint,
        "Start the model's service, or mend MODEL_URL; until then answers are the sources' own sentences.",
        name="model.endpoint",
    ),
)
