"""Live events from the database to browsers, over LISTEN/NOTIFY. They carry ids only."""

from bedside.platform.events.hub import EventHub, Notice
from bedside.platform.events.publish import CHANNEL, payload

__all__ = ["CHANNEL", "EventHub", "Notice", "payload"]
