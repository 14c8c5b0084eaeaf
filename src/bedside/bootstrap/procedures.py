"""Every procedure, as features declare them."""

from __future__ import annotations

from typing import Any

from bedside.ops.maintenance.procedures import PROCEDURES as MAINTENANCE
from bedside.ops.queue.procedures import PROCEDURES as QUEUE
from bedside.ops.rounds.procedures import PROCEDURES as ROUNDS
from bedside.platform.procedures import Procedure

PROCEDURES: tuple[Procedure[Any], ...] = (*MAINTENANCE, *QUEUE, *ROUNDS)
