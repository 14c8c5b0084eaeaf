"""A chat room, through Apprise: Mattermost, which a hospital may run itself."""

from __future__ import annotations

import pytest

from bedside.notify.channels.base import NotTaken
from tests.integration.notify.channels.conftest import channel, errand
from tests.support.receiver import Receiver

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def test_a_room_gets_title_and_text(receiver: Receiver) -> None:
    room = channel(f"{{kind: chat, url: 'mmost://127.0.0.1:{receiver.port}/plantedtoken'}}")
    room.send(errand())
    ((path, _, _),) = receiver.taken
    assert path.endswith("/hooks/plantedtoken")
    assert "The disk is full" in receiver.bodies[0]["text"]
    assert "Räume auf." in receiver.bodies[0]["text"]
    assert "planted" not in repr(room)
    receiver.status = 500
    with pytest.raises(NotTaken, match="refused"):
        room.send(errand())
