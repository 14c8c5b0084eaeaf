"""What every table shares."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, MetaData, Table, Text, Uuid, event
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column

from bedside.kit.ids import new_id

ENTITY = "entity"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declared schema; a test holds the migrated one equal to it."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text(),
        bytes: BYTEA(),
        UUID: Uuid(),
        list[str]: ARRAY(Text()),
        list[UUID]: ARRAY(Uuid()),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
    }


class Row:
    """A UUIDv7 primary key and the moment of insertion (set by the caller's clock, in UTC)."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime]


class PatientData:
    """Marks a table that holds patient data.

    The gate (``platform.access.gate``) records every read and change of its rows, and the migration
    gives the table row-level security. ``entity`` is the name that audit events use; ``patient_column``
    is the attribute that holds the patient's id.
    """

    __abstract__ = True
    entity: ClassVar[str]
    patient_column: ClassVar[str] = "patient_id"

    def patient(self) -> UUID | None:
        """Return the id of the patient whom the row is about."""
        value = getattr(self, self.patient_column)
        return value if isinstance(value, UUID) else None


@event.listens_for(Base, "instrument_class", propagate=True)
def _mark_table(mapper: Mapper[Any], cls: type[Any]) -> None:
    """Say on the table itself that it holds patient data, so that the gate knows it however it is named."""
    if issubclass(cls, PatientData) and isinstance(mapper.local_table, Table):
        mapper.local_table.info[ENTITY] = cls.entity
