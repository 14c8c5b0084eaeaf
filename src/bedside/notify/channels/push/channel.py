"""A notice on telephones."""

from __future__ import annotations

from typing import ClassVar, Literal

from bedside.notify.channels.apprise_channel import AppriseChannel


class PushChannel(AppriseChannel):
    """ntfy, Gotify, Pushover and their like, and text messages."""

    services: ClassVar[frozenset[str]] = frozenset(
        {
            "bark",
            "barks",
            "bulksms",
            "clicksend",
            "d7sms",
            "fcm",
            "gorush",
            "gorushs",
            "gotify",
            "gotifys",
            "hassio",
            "hassios",
            "httpsms",
            "join",
            "nexmo",
            "ntfy",
            "ntfys",
            "onesignal",
            "pbul",
            "pover",
            "prowl",
            "psafer",
            "psafers",
            "pushy",
            "sinch",
            "smseagle",
            "smseagles",
            "sns",
            "twilio",
            "vapid",
            "vonage",
        }
    )
    kind: Literal["push"]

    @property
    def means(self) -> str:
        return self.kind
