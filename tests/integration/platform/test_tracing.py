"""Traces go to a real OTLP receiver, say what they should, and nothing of anybody; without one nothing is loaded."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.models.service import chat_model
from bedside.models.settings import ModelSettings
from bedside.platform.access.actor import Actor
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.errors import SettingsError, Unavailable
from bedside.platform.jobs import Job
from bedside.platform.runtime import Runtime
from bedside.platform.tracing import SpanKind, is_on, record, span, tracing
from bedside.platform.tracing.settings import TracingSettings
from bedside.platform.tracing.statements import statement_name
from tests.conftest import serving
from tests.support.chat_service import chat_service
from tests.support.collector import attributes, collector

PLANTED = "Quackenbush"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


def to(address: str, settings: Settings, **more: object) -> Settings:
    return settings.replace(TracingSettings(endpoint=address, **more))  # type: ignore[arg-type]


def test_requests_and_statements_are_traced_and_nothing_that_was_sent(
    settings: Settings, urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    # FastAPI would export by itself, with paths and queries, if it were let.
    with collector() as kept:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", kept.address)
        monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", f"host.owner={PLANTED}")
        chosen = to(kept.address, settings, headers=SecretStr("x-collector-key=k1,x-two=2"))
        with (
            tracing(chosen, process="api"),
            serving(chosen, urls) as address,
            httpx.Client(base_url=address, trust_env=False, timeout=30) as http,
        ):
            http.get("/live", headers={"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": f"x={PLANTED}"})
            http.get(f"/health/{PLANTED}?q={PLANTED}", headers={"baggage": f"name={PLANTED}"})
            form = {"username": f"{PLANTED}@example.org", "password": PLANTED}
            assert http.post("/api/auth/token", data=form).status_code == 401
            http.request("PROPFIND", f"/api/{PLANTED}")
            http.get("/api/auth/me", headers={"authorization": f"Bearer {PLANTED}", "user-agent": PLANTED})
        assert not is_on()
    assert not [text for text in kept.texts if PLANTED.casefold() in text.casefold()]
    assert kept.headers[0]["x-collector-key"] == "k1"
    assert {r["service.name"] for r in kept.resources} == {"bedside"}
    assert {r["bedside.process"] for r in kept.resources} == {"api"}
    (live,) = kept.named("GET /live")
    assert (live.trace_id.hex(), live.parent_span_id.hex(), live.trace_state) == (TRACE, PARENT, "")
    assert attributes(live) | {"http.route": "/live", "http.response.status_code": 200} == attributes(live)
    (sign_in,) = kept.named("POST /api/auth/token")
    statements = [one for one in kept.spans if one.parent_span_id == sign_in.span_id]
    names = {one.name for one in statements}
    assert "SELECT accounts" in names
    assert all(attributes(one)["db.system.name"] == "postgresql" for one in statements)
    assert set().union(*(attributes(one) for one in statements)) == {
        "db.system.name", "db.operation.name", "db.collection.name"
    }  # fmt: skip
    assert {one.name for one in kept.spans if one.kind == one.SPAN_KIND_SERVER} == {
        "GET /live", "GET /health/{part}", "POST /api/auth/token", "GET /api/auth/me", "OTHER unmatched",
    }  # fmt: skip


async def test_jobs_model_calls_and_failures_are_traced(settings: Settings, urls: DatabaseUrls) -> None:
    async def look(runtime: Runtime) -> None:
        async with runtime.unit_of_work(Actor.system("job")):
            raise ValueError(PLANTED)

    with collector() as kept, chat_service() as service:
        service.says(PLANTED)
        chosen = to(kept.address, settings).replace(ModelSettings(MODEL_URL=service.url, MODEL_NAME="tiny"))
        with tracing(chosen, process="worker"):
            async with build_runtime(chosen, urls, process="worker").running() as runtime:
                job = Job("test.look", look, attempts=1)
                runtime.jobs._jobs[job.name] = job
                async with runtime.unit_of_work(Actor.system()) as ctx:
                    await ctx.defer(job)
                await runtime.jobs.work(runtime, until_empty=True)
                model = chat_model(chosen)
                assert model is not None
                await model.ainvoke(PLANTED)
                service.says(" ")
                with pytest.raises(Unavailable):
                    await model.ainvoke(PLANTED)
    assert not [text for text in kept.texts if PLANTED in text]
    (ran,) = kept.named("job test.look")
    assert attributes(ran) == {"bedside.job": "test.look", "error.type": "ValueError"}
    assert ran.status.code == 2
    assert list(ran.events) == []
    answered, failed = kept.named("chat tiny")
    assert attributes(answered) == {"gen_ai.operation.name": "chat", "gen_ai.request.model": "tiny"}
    assert attributes(failed)["error.type"] == "Unavailable"
    assert "traceparent" not in service.headers[0], "a model's service hears nothing of it"


def test_a_share_of_nothing_sends_nothing_whatever_a_stranger_asks(settings: Settings) -> None:
    with collector() as kept:
        with tracing(to(kept.address, settings, share=0.0), process="api"):
            with span("one", traceparent=f"00-{TRACE}-{PARENT}-01"):
                record("two", SpanKind.CLIENT, 0.1)
            with span("three", traceparent="00-rubbish\r\n-01"):
                pass
        assert kept.spans == []


def test_a_collector_that_hangs_or_is_gone_holds_up_nobody(settings: Settings) -> None:
    release = threading.Event()
    with collector(release) as kept:
        for address in (kept.address, "http://127.0.0.1:1"):
            began = time.monotonic()
            with tracing(to(address, settings), process="api"):
                for _ in range(5000):
                    with span("one"):
                        record("two", SpanKind.CLIENT, 0.1)
                assert time.monotonic() - began < 30
            assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        (f"SELECT a FROM accounts WHERE x = '{PLANTED}'", ("SELECT", "accounts")),
        (f"insert into {PLANTED} values (1)", ("INSERT", None)),
        (f"/* {PLANTED} */ x", ("OTHER", None)),
        ("", ("OTHER", None)),
        ("UPDATE public.accounts SET x = 1", ("UPDATE", "accounts")),
        ("BEGIN; SELECT set_config('bedside.actor_id', 'x', true)", ("BEGIN", None)),
        ("WITH x AS (SELECT 1 FROM accounts) SELECT * FROM x", ("WITH", "accounts")),
    ],
)
def test_a_statement_is_called_by_its_verb_and_table(sql: str, name: tuple[str, str | None]) -> None:
    assert statement_name(sql, frozenset({"accounts"})) == name


@pytest.mark.parametrize(
    "address",
    ["localhost:4318", "ftp://x", "http://", "http://u:p@x", "http://x/?k=1", "http://[", "file:///etc/passwd"],
)
def test_addresses_that_are_none_are_refused(home: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    home.mkdir()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    with pytest.raises(SettingsError, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        read_settings()


def test_headers_that_are_none_are_refused() -> None:
    with pytest.raises(ValidationError, match="name=value"):
        TracingSettings(headers=SecretStr("secret"))


def test_without_a_collector_nothing_is_loaded() -> None:
    code = (
        "import sys, bedside.api, bedside.worker;"
        # Not the whole SDK: redis-py imports its metrics wherever they are installed, and sends none.
        "heavy = ('opentelemetry.sdk.trace', 'opentelemetry.exporter', 'google.protobuf');"
        "print([m for m in sys.modules if m.startswith(heavy)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
