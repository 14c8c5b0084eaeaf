"""A conversation over a connection that breaks."""

from __future__ import annotations

from typing import Any

import pytest

from bedside.assistant import remote
from bedside.assistant.remote import ATTEMPTS, RemoteConversation
from bedside.assistant.terminal import answer_of
from bedside.platform.cli.client import ApiError
from bedside.platform.errors import BadInput, Unavailable

TURN = {"reply": {"id": "r", "text": "Hello.", "citations": []}, "question": None, "assessment": None}


class Line:
    """An API at the end of a line that fails as told, then works."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.posts: list[tuple[str, Any, str | None]] = []

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        if path == "/api/conversations":
            return {"id": "c1"}
        self.posts.append((path, body, key))
        if self.failures:
            raise self.failures.pop(0)
        return TURN

    def get(self, path: str, **query: Any) -> Any:
        raise AssertionError(path)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "FIRST_PAUSE_SECONDS", 0.0)


def talk(line: Line) -> tuple[RemoteConversation, list[str]]:
    notes: list[str] = []
    return RemoteConversation(line, None, lambda note, _: notes.append(note)), notes


def test_a_lost_connection_is_tried_again_with_the_same_key() -> None:
    line = Line(Unavailable("gone"), ApiError("down", code="unavailable"))
    conversation, notes = talk(line)
    assert conversation.say({"text": "hi"}) == TURN
    assert len(line.posts) == 3
    assert len({key for _, _, key in line.posts}) == 1
    assert len(notes) == 2
    conversation.say({"text": "hi"})
    assert line.posts[-1][2] != line.posts[0][2]


def test_it_gives_up_after_some_tries() -> None:
    line = Line(*[Unavailable("gone")] * 50)
    with pytest.raises(Unavailable):
        talk(line)[0].say({"text": "hi"})
    assert len(line.posts) == ATTEMPTS


@pytest.mark.parametrize("error", [BadInput("no"), ApiError("no", code="not-found"), ApiError("no", code="conflict")])
def test_what_another_try_can_t_mend_is_not_tried_again(error: Exception) -> None:
    line = Line(error)
    with pytest.raises(type(error)):
        talk(line)[0].say({"text": "hi"})
    assert len(line.posts) == 1


def test_an_emergency_is_not_kept_waiting() -> None:
    line = Line(ApiError("down", code="unavailable", safety={"advice": ["Call 112."]}))
    with pytest.raises(ApiError) as caught:
        talk(line)[0].say({"text": "help"})
    assert caught.value.extra["safety"]
    assert len(line.posts) == 1


QUESTION = {"id": "q", "choices": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("2", {"text": "No", "question_id": "q", "choice": "no"}),
        ("0", {"text": "0"}),
        ("3", {"text": "3"}),
        ("-1", {"text": "-1"}),
        ("\u00b2", {"text": "\u00b2"}),
        ("2 days", {"text": "2 days"}),
    ],
)
def test_numbers_choose(typed: str, sent: dict[str, str]) -> None:
    assert answer_of(typed, QUESTION) == sent
    assert answer_of(typed, None) == {"text": typed}
