"""Acting on secrets for somebody who may not see them."""

from __future__ import annotations

from dataclasses import replace

from bedside.platform.access.actor import Actor, Role


def on_behalf_of(actor: Actor) -> Actor:
    """Return Bedside itself as ``actor``'s hand: the audit event still names who acted and by which sign-in.

    Credentials are hidden from administrators by row-level security, so what they order is done this way.
    Check the permission before.
    """
    return replace(actor, role=Role.SYSTEM)
