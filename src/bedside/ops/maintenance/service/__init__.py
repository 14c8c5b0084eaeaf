"""What the rest of ops uses of maintenance."""

from bedside.ops.maintenance.service.windows import active_window

__all__ = ["active_window"]
