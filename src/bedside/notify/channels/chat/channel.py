"""A room that operators read."""

from __future__ import annotations

from typing import ClassVar, Literal

from bedside.notify.channels.apprise_channel import AppriseChannel


class ChatChannel(AppriseChannel):
    """Slack, Teams, Mattermost, Matrix, Rocket.Chat, Zulip and their like."""

    services: ClassVar[frozenset[str]] = frozenset(
        {
            "discord",
            "flock",
            "gchat",
            "guilded",
            "matrix",
            "matrixs",
            "mmost",
            "mmosts",
            "nctalk",
            "nctalks",
            "rocket",
            "rockets",
            "ryver",
            "signal",
            "signals",
            "slack",
            "synology",
            "synologys",
            "tgram",
            "threema",
            "webex",
            "workflow",
            "workflows",
            "wxteams",
            "zulip",
        }
    )
    kind: Literal["chat"]

    @property
    def means(self) -> str:
        return self.kind
