"""Whoever is woken at night."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import PrivateAttr, SecretStr, model_validator

from bedside.notify.channels.base import Channel, Errand, NotTaken, secret_of
from bedside.notify.loader import encoded, post, send_by_apprise

PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"


class PagerChannel(Channel):
    """With a ``routing_key`` the PagerDuty Events API v2: an incident for each alert, ended when the alert is.

    ``endpoint`` names another service that speaks it. With a ``url`` another pager, through Apprise.
    """

    services: ClassVar[frozenset[str]] = frozenset(
        {
            "betterstack",
            "firehydrant",
            "goalert",
            "goalerts",
            "ilert",
            "incidentio",
            "opsgenie",
            "pagerduty",
            "pagertree",
            "signl4",
            "spike",
            "splunk",
            "squadcast",
            "victorops",
            "xmatters",
        }
    )
    kind: Literal["pager"]
    routing_key: SecretStr | None = None
    routing_key_file: Path | None = None
    endpoint: str = PAGERDUTY
    url: SecretStr | None = None
    url_file: Path | None = None
    _key: SecretStr | None = PrivateAttr(default=None)
    _address: SecretStr | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _is_one_service(self) -> Self:
        by_key = self.routing_key is not None or self.routing_key_file is not None
        if by_key == (self.url is not None or self.url_file is not None):
            raise ValueError("give either `routing_key` or `url` (or one of them by its file).")
        if by_key:
            self._key = secret_of(self.routing_key, self.routing_key_file, "routing_key")
            if not self.endpoint.startswith(("http://", "https://")):
                raise ValueError("`endpoint` begins with http:// or https://.")
            return self
        self._address = secret_of(self.url, self.url_file, "url")
        if self._address.get_secret_value().partition("://")[0].lower() not in self.services:
            raise ValueError(f"this kind takes the services {', '.join(sorted(self.services))}.")
        return self

    @property
    def means(self) -> str:
        return self.kind

    def send(self, errand: Errand) -> None:
        if self._address is not None:
            if not send_by_apprise([self._address.get_secret_value()], errand.letter, errand.timeout_seconds):
                raise NotTaken("refused")
            return
        key = self._key.get_secret_value() if self._key else ""
        for event in events_of(errand):
            status = post(self.endpoint, encoded({"routing_key": key, **event}), {}, errand.timeout_seconds)
            if not 200 <= status < 300:
                raise NotTaken(f"HTTP {status}")


def events_of(errand: Errand) -> list[dict[str, Any]]:
    """Return a letter's events (PagerDuty Events API v2, "Send an alert event"): one for each alert in it."""
    letter = errand.letter
    alerts = letter.details.get("alerts") or [{"id": str(errand.id), "title": letter.subject, "state": "firing"}]
    return [
        {
            # The alert's id is the same from its beginning to its end, at each attempt and each level.
            "dedup_key": str(alert["id"]),
            "event_action": "resolve" if alert.get("state") == "resolved" else "trigger",
            "payload": {
                "summary": str(alert.get("title") or letter.subject)[:1024],
                "source": "bedside",
                "severity": str(alert.get("severity") or letter.severity),
                "component": alert.get("part"),
                "custom_details": {"message": letter.body, **alert},
            },
        }
        for alert in alerts
    ]
