"""Who acts, what they may do, and the gate which makes each access and its audit event one act."""

from bedside.platform.access.actor import Actor, Permission, Role
from bedside.platform.access.context import Context

__all__ = ["Actor", "Context", "Permission", "Role"]
