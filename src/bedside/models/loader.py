"""The one place that imports langchain-core for models: it takes seconds, and only where a model is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.models.settings import ModelSettings
from bedside.models.tracing import forbid_tracing

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def load_chat_model(settings: ModelSettings, url: str) -> BaseChatModel:
    """Return the client of the service at ``url``; nothing is connected yet."""
    forbid_tracing()
    from langsmith import run_trees

    run_trees.configure(enabled=False)
    from bedside.models.client import OpenAICompatibleChat

    return OpenAICompatibleChat(
        url=url,
        model_name=settings.name,
        api_key=settings.api_key,
        timeout_seconds=settings.timeout_seconds,
        temperature=settings.temperature,
    )


async def offered_models(settings: ModelSettings) -> list[str]:
    """Return the names of the models that the service offers. Raises Unavailable."""
    from bedside.models.endpoint import client

    return await client.offered_models(settings)
