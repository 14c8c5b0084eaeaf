"""A chat model over the OpenAI-compatible protocol (POST {base}/chat/completions).

vLLM, Ollama, Jan and llama.cpp's server speak it. Import this module only through ``loader.py``.
langchain-openai is not used: it takes 2.8 s to import for what is one request here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import BaseModel, SecretStr, ValidationError

from bedside.platform.errors import Unavailable
from bedside.platform.metrics import MODEL_CALL_TIME, MODEL_CALLS
from bedside.platform.tracing import SpanKind, span

MAX_ANSWER_BYTES = 256 * 1024
"""Longest answer read, in bytes; a service that sends more is cut off."""
MAX_TOKENS = 800
_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class _Message(BaseModel):
    content: str


class _Choice(BaseModel):
    message: _Message


class _Completion(BaseModel):
    choices: list[_Choice]


class OpenAICompatibleChat(BaseChatModel):
    """One model at one service. Every failure is Unavailable, with a sentence that quotes nothing sent or received."""

    url: str
    model_name: str
    api_key: SecretStr | None = None
    timeout_seconds: float = 20
    temperature: float = 0

    @property
    def _llm_type(self) -> str:
        return "openai-compatible"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return asyncio.run(self._agenerate(messages, stop))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        body = {
            "model": self.model_name,
            "messages": [{"role": _ROLES[m.type], "content": m.text} for m in messages],
            "temperature": self.temperature,
            "max_tokens": MAX_TOKENS,
            "stream": False,
            **({"stop": stop} if stop else {}),
        }
        with (
            _measured(),
            span(
                f"chat {self.model_name}",
                SpanKind.CLIENT,
                gen_ai__operation__name="chat",
                gen_ai__request__model=self.model_name,
            ),
        ):
            text = _text(await self._send(body))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])

    async def _send(self, body: dict[str, Any]) -> bytes:
        # Unpacked as it stands: a compressed answer could grow a thousandfold past the bound.
        headers = {"Accept-Encoding": "identity"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key.get_secret_value()}"
        try:
            # asyncio's limit holds for the whole answer; httpx's own starts again with every byte that drips in.
            async with (
                asyncio.timeout(self.timeout_seconds),
                httpx.AsyncClient(trust_env=False, timeout=self.timeout_seconds) as http,
                http.stream("POST", f"{self.url.rstrip('/')}/chat/completions", json=body, headers=headers) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise Unavailable(f"The chat model's service answered {answer.status_code}; look at its log.")
                return await _bounded(answer)
        except TimeoutError:
            raise Unavailable(
                f"The chat model did not answer within {self.timeout_seconds:g} s (MODEL_TIMEOUT)."
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(
                f"The chat model's service can't be reached ({type(error).__name__}); check MODEL_URL."
            ) from None


@contextmanager
def _measured() -> Iterator[None]:
    """Count one call, and how long it took."""
    began, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "answered"
    finally:
        MODEL_CALLS.labels(outcome).inc()
        MODEL_CALL_TIME.observe(time.perf_counter() - began)


async def _bounded(answer: httpx.Response) -> bytes:
    whole = bytearray()
    async for part in answer.aiter_raw():
        whole += part
        if len(whole) > MAX_ANSWER_BYTES:
            raise Unavailable(f"The chat model's answer is over {MAX_ANSWER_BYTES} bytes; it is not used.")
    return bytes(whole)


def _text(raw: bytes) -> str:
    try:
        choices = _Completion.model_validate_json(raw).choices
    except ValidationError:
        raise Unavailable("The chat model's answer is not what the OpenAI protocol says; check MODEL_URL.") from None
    if not choices or not choices[0].message.content.strip():
        raise Unavailable("The chat model answered with nothing.")
    return choices[0].message.content
