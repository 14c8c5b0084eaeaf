"""The PagerDuty Events API, and another pager through Apprise."""

from __future__ import annotations

import pytest

from bedside.notify.channels.base import NotTaken
from bedside.notify.letter import Letter
from tests.integration.notify.channels.conftest import OVER, channel, errand
from tests.support.receiver import Receiver

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def test_an_incident_for_each_alert_that_ends_with_it(receiver: Receiver) -> None:
    pager = channel(f"{{kind: pager, routing_key: planted, endpoint: 'http://127.0.0.1:{receiver.port}/v2/enqueue'}}")
    pager.send(errand())
    pager.send(errand(OVER))
    first, second = receiver.bodies
    assert (first["routing_key"], first["event_action"], first["dedup_key"]) == ("planted", "trigger", "01-alert")
    assert (second["event_action"], second["dedup_key"]) == ("resolve", "01-alert")
    assert first["payload"]["severity"] == "critical"
    assert first["payload"]["component"] == "disk"
    assert "planted" not in repr(pager)
    pager.send(errand(Letter("Cases are late", "3 cases")))
    assert receiver.bodies[-1]["payload"]["summary"] == "Cases are late"


def test_what_the_service_refuses_is_not_taken(receiver: Receiver) -> None:
    receiver.status = 400
    pager = channel(f"{{kind: pager, routing_key: k, endpoint: 'http://127.0.0.1:{receiver.port}/'}}")
    with pytest.raises(NotTaken, match="HTTP 400"):
        pager.send(errand())


def test_another_pager_through_apprise(receiver: Receiver) -> None:
    pager = channel(f"{{kind: pager, url: 'goalert://127.0.0.1:{receiver.port}/8f5f1a8e-0c3e-4f0a-9d1c-2b7a5e6c1d22'}}")
    pager.send(errand())
    assert any(b"The disk is full" in body or b"disk" in body for _, _, body in receiver.taken)
    receiver.status = 500
    with pytest.raises(NotTaken, match="refused"):
        pager.send(errand())
