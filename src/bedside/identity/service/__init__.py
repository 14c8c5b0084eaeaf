"""What identity does, for its routes, commands, jobs and bootstrap."""

from bedside.identity.service.sessions import authenticate, figures, measure_sessions

__all__ = ["authenticate", "figures", "measure_sessions"]
