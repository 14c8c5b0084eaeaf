"""A conversation held over the API, as ``bedside chat`` does: a lost connection loses and repeats nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol
from uuid import uuid4

from bedside.platform.errors import BadInput, BedsideError, ExitCode

ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 0.5
POLL_SECONDS = 2.0
_PASSING = {"unavailable", "fault"}


class Api(Protocol):
    """The signed-in API client."""

    def get(self, path: str, **query: Any) -> Any: ...
    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any: ...


def last_conversation(api: Api) -> str:
    """Return the id of the signed-in patient's latest conversation. Raises BadInput where there is none."""
    found = api.get("/api/conversations", limit=1)["items"]
    if not found:
        raise BadInput("You have no conversation to go on with; begin one with: bedside chat")
    return str(found[0]["id"])


class RemoteConversation:
    """One conversation. ``note`` is told when the server does not answer: why, and what was being sent."""

    def __init__(self, api: Api, conversation_id: str | None, note: Callable[[str, dict[str, Any]], None]) -> None:
        self._api = api
        self._note = note
        self._seen = 0
        if conversation_id is None:
            self.id = str(self._again("/api/conversations", {}, str(uuid4()))["id"])
            self.open_question: dict[str, Any] | None = None
            self._assessment: dict[str, Any] | None = None
        else:
            self.id = conversation_id
            detail = self.read()
            messages, self._assessment = detail["messages"], detail["assessment"]
            self.open_question = messages[-1]["question"] if messages else None
            # What a clinician has written since the patient's last words is news.
            said = [at for at, message in enumerate(messages, start=1) if message["author"] == "patient"]
            self._seen = said[-1] if said else 0

    def say(self, body: dict[str, Any], key: str | None = None) -> dict[str, Any]:
        """Send a message and return the turn. Tries again with the same key when nothing answers.

        Raises what the last try raised; its ``extra`` holds ``safety`` where the words tell of an emergency.
        """
        turn: dict[str, Any] = self._again(f"/api/conversations/{self.id}/messages", body, key or str(uuid4()))
        self.open_question, self._assessment = turn["question"], turn["assessment"]
        return turn

    @property
    def awaits_answers(self) -> bool:
        """Whether something was told that no nurse has yet, because questions are open."""
        return self._assessment is not None and self._assessment["status"] == "open"

    def read(self) -> dict[str, Any]:
        """Return the conversation with all its messages and its assessment."""
        found: dict[str, Any] = self._api.get(f"/api/conversations/{self.id}")
        return found

    def news(self) -> list[dict[str, Any]]:
        """Return clinicians' messages that came since the last look."""
        messages = self.read()["messages"]
        fresh = [m for m in messages[self._seen :] if m["author"] in {"nurse", "physician"}]
        self._seen = len(messages)
        return fresh

    def wait_for_clinician(self, seconds: float) -> list[dict[str, Any]]:
        """Wait up to ``seconds`` for a clinician's message; return what came."""
        deadline = time.monotonic() + seconds
        while not (fresh := self.news()):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(POLL_SECONDS, left))
        return fresh

    def _again(self, path: str, body: dict[str, Any], key: str) -> Any:
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._api.post(path, body, key=key)
            except BedsideError as error:
                if attempt == ATTEMPTS or not _passes(error):
                    raise
                self._note(f"{error.message} Trying again in {pause:g} s; nothing is sent twice.", body)
                time.sleep(pause)
                pause *= 2
        raise AssertionError  # the loop returns or raises


def _passes(error: BedsideError) -> bool:
    """Whether another try may help. An emergency is not kept waiting: its advice is shown first."""
    code = error.extra.get("code", error.code)
    return "safety" not in error.extra and code in _PASSING and error.exit_code is not ExitCode.WRONG_USE
