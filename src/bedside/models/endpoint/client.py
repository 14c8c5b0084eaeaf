"""What an OpenAI-compatible service offers (GET {base}/models)."""

from __future__ import annotations

import httpx
from pydantic import BaseModel, ValidationError

from bedside.models.settings import ModelSettings
from bedside.platform.errors import Unavailable

_LONGEST_SECONDS = 1.3
_LARGEST_ANSWER = 256 * 1024


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


async def offered_models(settings: ModelSettings) -> list[str]:
    """Return the names of the models that the service of MODEL_URL offers. Raises Unavailable, quoting nothing."""
    key = settings.api_key
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key.get_secret_value()}"} if key else {})
    whole = bytearray()
    try:
        async with (
            httpx.AsyncClient(trust_env=False, timeout=_LONGEST_SECONDS) as http,
            http.stream("GET", f"{str(settings.url).rstrip('/')}/models", headers=headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise Unavailable(f"The chat model's service answered {answer.status_code}; look at its log.")
            async for part in answer.aiter_raw():
                whole += part
                if len(whole) > _LARGEST_ANSWER:
                    raise Unavailable("The chat model's service names more models than can be read.")
        return [model.id for model in _Models.model_validate_json(bytes(whole)).data]
    except ValidationError:
        raise Unavailable("What answers at MODEL_URL does not speak the OpenAI protocol; check the address.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(f"The chat model's service can't be reached ({type(error).__name__}).") from None
