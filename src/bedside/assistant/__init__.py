"""The conversation: screens every message, asks, answers with citations, hands over to a nurse."""
