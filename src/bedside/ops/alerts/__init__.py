"""Alerts: rules over checks and metrics, who is told of them, and what people do about them."""
