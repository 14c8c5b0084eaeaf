"""PostgreSQL from a wheel: started, watched and found again by Bedside, on a unix socket alone."""

from bedside.platform.embedded.server import EmbeddedPostgres
from bedside.platform.embedded.supervisor import PostgresSupervisor

__all__ = ["EmbeddedPostgres", "PostgresSupervisor"]
