"""Roles, permissions and the actor on whose behalf a unit of work runs.

The roles and the first five permissions are the administrator guide's ("Role-Based Access Control").
A permission makes a request possible; which rows it reaches is decided by row-level security in
PostgreSQL. So an administrator, who holds ``view_patient_data`` as the guide says, still sees a patient's
rows only under break-glass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from bedside.platform.errors import Forbidden


class Role(StrEnum):
    PATIENT = "patient"
    NURSE = "nurse"
    PHYSICIAN = "physician"
    ADMIN = "admin"
    SYSTEM = "system"


class Permission(StrEnum):
    VIEW_PATIENT_DATA = "view_patient_data"
    MODIFY_PATIENT_DATA = "modify_patient_data"
    VIEW_AUDIT_LOGS = "view_audit_logs"
    MANAGE_USERS = "manage_users"
    SYSTEM_CONFIG = "system_config"
    CONVERSE = "converse"
    VIEW_WORKLIST = "view_worklist"
    DECIDE_ASSESSMENT = "decide_assessment"
    BREAK_GLASS = "break_glass"
    MANAGE_KNOWLEDGE = "manage_knowledge"
    RUN_PROCEDURES = "run_procedures"
    VIEW_HEALTH = "view_health"


_P = Permission
_CLINICIAN = {
    _P.VIEW_PATIENT_DATA,
    _P.MODIFY_PATIENT_DATA,
    _P.VIEW_WORKLIST,
    _P.DECIDE_ASSESSMENT,
    _P.BREAK_GLASS,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.PATIENT: frozenset({_P.VIEW_PATIENT_DATA, _P.CONVERSE}),
    Role.NURSE: frozenset(_CLINICIAN),
    Role.PHYSICIAN: frozenset(_CLINICIAN | {_P.VIEW_AUDIT_LOGS, _P.MANAGE_KNOWLEDGE}),
    Role.ADMIN: frozenset(
        {
            _P.VIEW_PATIENT_DATA,
            _P.MODIFY_PATIENT_DATA,
            _P.VIEW_AUDIT_LOGS,
            _P.MANAGE_USERS,
            _P.SYSTEM_CONFIG,
            _P.BREAK_GLASS,
            _P.MANAGE_KNOWLEDGE,
            _P.RUN_PROCEDURES,
            _P.VIEW_HEALTH,
        }
    ),
    Role.SYSTEM: frozenset(set(Permission) - {_P.CONVERSE, _P.BREAK_GLASS}),
}

CLINICIANS = frozenset({Role.NURSE, Role.PHYSICIAN})
STAFF = CLINICIANS | {Role.ADMIN}


@dataclass(frozen=True)
class Actor:
    """Who acts. ``via`` is the door they came through: ``api``, ``cli``, ``job`` or ``system``.

    ``operator`` is the operating-system user of a host command, recorded in the audit. ``session_id`` is
    the sign-in that the access token belongs to. ``name`` is how people read who acted ("claimed by").
    """

    role: Role
    id: UUID | None = None
    via: str = "api"
    operator: str | None = None
    session_id: UUID | None = None
    name: str | None = None
    permissions: frozenset[Permission] = field(default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", ROLE_PERMISSIONS[self.role])

    @classmethod
    def system(cls, via: str = "system") -> Actor:
        """Bedside itself: jobs, sign-in, seeding."""
        return cls(role=Role.SYSTEM, via=via)

    @classmethod
    def host_operator(cls, name: str) -> Actor:
        """An operator at the host's command line, known by the operating-system user's name."""
        return cls(role=Role.ADMIN, via="cli", operator=name)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise Forbidden when the actor's role does not hold ``permission``."""
        if permission not in self.permissions:
            raise Forbidden(f"Your role ({self.role}) does not permit this; it needs {permission}.")
