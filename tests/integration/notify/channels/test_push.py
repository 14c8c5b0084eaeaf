"""Telephones, through Apprise: Gotify and ntfy, which a hospital may run itself."""

from __future__ import annotations

import pytest

from bedside.notify.channels.base import NotTaken
from tests.integration.notify.channels.conftest import channel, errand
from tests.support.receiver import Receiver

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.mark.parametrize("address", ["gotify://127.0.0.1:{port}/plantedtoken1234", "ntfy://127.0.0.1:{port}/ward"])
def test_a_telephone_gets_title_and_text(receiver: Receiver, address: str) -> None:
    phone = channel(f"{{kind: push, url: '{address.format(port=receiver.port)}'}}")
    phone.send(errand())
    (body,) = receiver.bodies
    assert body["title"] == "Critical: The disk is full"
    assert "Räume auf." in body["message"]
    receiver.status = 500
    with pytest.raises(NotTaken, match="refused"):
        phone.send(errand())
