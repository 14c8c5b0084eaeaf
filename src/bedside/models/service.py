"""What models do for the assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.models.loader import load_chat_model
from bedside.models.settings import ModelSettings
from bedside.models.tracing import forbid_tracing
from bedside.platform.config.load import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["chat_model", "forbid_tracing", "model_name"]


def chat_model(settings: Settings) -> BaseChatModel | None:
    """Return the configured chat model, None where there is none. Its calls raise Unavailable, never with content."""
    section = settings.get(ModelSettings)
    return load_chat_model(section, section.url) if section.url else None


def model_name(settings: Settings) -> str | None:
    """Return the configured model's name, as audits and reasons show it; None where there is none."""
    section = settings.get(ModelSettings)
    return section.name if section.url else None
