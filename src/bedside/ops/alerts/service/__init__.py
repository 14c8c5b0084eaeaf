"""What alerts do: evaluation, what people say about them, reading, who is on call."""

from bedside.ops.alerts.service.evaluation import evaluate, keep_sampling, sample
from bedside.ops.alerts.service.people import acknowledge, create_silence, end_silence, find
from bedside.ops.alerts.service.reading import detail, history, list_alerts, list_rules, list_silences
from bedside.ops.alerts.service.rota import add_shift, delete_shift, list_shifts

__all__ = [
    "acknowledge",
    "add_shift",
    "create_silence",
    "delete_shift",
    "detail",
    "end_silence",
    "evaluate",
    "find",
    "history",
    "keep_sampling",
    "list_alerts",
    "list_rules",
    "list_shifts",
    "list_silences",
    "sample",
]
