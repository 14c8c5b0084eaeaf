"""Every kind of channel, and the channels that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from bedside.notify.channels.addresses.channel import AddressesChannel
from bedside.notify.channels.base import Channel
from bedside.notify.channels.chat.channel import ChatChannel
from bedside.notify.channels.email.channel import EmailChannel
from bedside.notify.channels.log.channel import LogChannel
from bedside.notify.channels.pager.channel import PagerChannel
from bedside.notify.channels.push.channel import PushChannel
from bedside.notify.channels.webhook.channel import WebhookChannel

OPERATORS = "operators"
"""The channel that messages to nobody in particular go to. It is always there."""

AnyChannel = Annotated[
    EmailChannel | ChatChannel | PagerChannel | WebhookChannel | PushChannel | AddressesChannel | LogChannel,
    Field(discriminator="kind"),
]
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
_CHANNELS: TypeAdapter[dict[str, AnyChannel]] = TypeAdapter(dict[_Name, AnyChannel])
_MOST = 100


@lru_cache(maxsize=8)
def named_channels(text: str) -> Mapping[str, Channel]:
    """Return the channels of a NOTIFY_CHANNELS text. Raises ValueError that quotes nothing of it: it holds secrets."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"line {mark.line + 1 if mark else 1} is not YAML.") from None
    except RecursionError:
        raise ValueError("values are nested too deep.") from None
    if not isinstance(document, dict) or not document:
        raise ValueError("it must map each channel's name to its `kind` and what that needs.")
    if len(document) > _MOST:
        raise ValueError(f"there may be at most {_MOST} channels.")
    try:
        return dict(_CHANNELS.validate_python(document))
    except ValidationError as error:
        raise ValueError(
            " ".join(
                _explained(item) for item in error.errors(include_input=False, include_url=False, include_context=False)
            )
        ) from None


def _explained(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"] if part != "[key]")
    return f"{place}: {item['msg'].removeprefix('Value error, ')}"
