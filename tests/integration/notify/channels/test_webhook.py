"""A program gets JSON, signed."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import httpx
import pytest

from bedside.notify.channels.base import NotTaken
from tests.integration.notify.channels.conftest import channel, errand
from tests.support.receiver import Receiver


def test_json_with_a_signature_over_exactly_the_body(receiver: Receiver, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("planted\n")
    hook = channel(f"{{kind: webhook, url: 'http://127.0.0.1:{receiver.port}/in', secret_file: {secret}}}")
    trip = errand()
    hook.send(trip)
    ((path, headers, body),) = receiver.taken
    assert path == "/in"
    wanted = hmac.new(b"planted", body, hashlib.sha256).hexdigest()
    assert headers["x-bedside-signature"] == f"sha256={wanted}"
    (told,) = receiver.bodies
    assert (told["id"], told["version"], told["kind"]) == (str(trip.id), 1, "alert.firing")
    assert told["message"] == trip.letter.body
    assert told["alerts"][0]["rule"] == "disk_full"
    assert "planted" not in repr(hook) + body.decode()


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500, 503])
def test_anything_but_success_is_not_taken(receiver: Receiver, status: int) -> None:
    receiver.status = status
    hook = channel(f"{{kind: webhook, url: 'http://127.0.0.1:{receiver.port}/'}}")
    with pytest.raises(NotTaken, match=f"HTTP {status}"):
        hook.send(errand())


def test_one_that_hangs_ends_with_its_time_limit(receiver: Receiver) -> None:
    receiver.hanging.set()
    hook = channel(f"{{kind: webhook, url: 'http://127.0.0.1:{receiver.port}/'}}")
    with pytest.raises(httpx.TimeoutException):
        hook.send(errand(seconds=1))
