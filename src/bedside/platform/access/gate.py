"""The audited gate: reading or changing patient data and recording it are one act.

A gate listens to one session. Rows of ``PatientData`` tables that are loaded, added, changed or deleted
through the ORM are noted by themselves; when the unit of work ends they become audit events in the same
transaction. What the gate can't see it refuses: a statement that touches such a table without loading
its entities (counts, columns, bulk updates) must name its access with
``execution_options(access="...")`` and, where it changes rows, be recorded by ``Context.record``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Table, TextClause, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase

from bedside.platform.access.ledger import Entry
from bedside.platform.database.base import ENTITY, Base, PatientData
from bedside.platform.database.engine import UnitSession
from bedside.platform.errors import Fault

ACCESS_OPTION = "access"
NO_PATIENT_DATA_OPTION = "no_patient_data"
_GATE = "bedside.gate"


class Gate:
    """Notes one session's accesses and gives them as entries for the ledger."""

    def __init__(self, session: Session) -> None:
        self._reads: dict[str, Entry] = {}
        self._changes: dict[tuple[str, str], Entry] = {}
        self._declared: dict[str, Entry] = {}
        self._owed: set[str] = set()
        self._records: list[Entry] = []
        self.purpose: str | None = None
        session.info[_GATE] = self

    def record(self, entry: Entry) -> None:
        """Add an event that no row shows: a decision, a sign-in, a bulk change."""
        self._owed.discard(entry.action)
        self._records.append(entry)

    def entries(self) -> list[Entry]:
        """Return what is to be written, the explicit records first. Raises Fault when one is owed."""
        if self._owed:
            raise Fault(f"Unrecorded access to patient data: {', '.join(sorted(self._owed))}.")
        for entry in self._reads.values():
            entry.action = self.purpose or f"{entry.entity}.read"
        # A declared access that was recorded too is one event: the record knows the ids.
        recorded = {entry.action for entry in self._records}
        declared = [entry for entry in self._declared.values() if entry.action not in recorded]
        read = [entry for entry in self._reads.values() if not entry.ids <= self._changed(entry.entity)]
        return [*self._records, *self._changes.values(), *read, *declared]

    def _changed(self, entity: str) -> set[UUID]:
        """The rows of a kind that were loaded to be changed: the event of the change tells of both."""
        changes = (self._changes.get((verb, entity)) for verb in ("update", "delete"))
        return {row_id for entry in changes if entry for row_id in entry.ids}

    def clear(self) -> None:
        """Forget what was noted, after it has been written."""
        for kept in (self._reads, self._changes, self._declared, self._owed, self._records):
            kept.clear()

    def before_execute(self, state: ORMExecuteState) -> None:
        """Refuse a statement on patient data that does not say what access it is. Raises Fault."""
        if state.is_relationship_load or state.is_column_load:
            return
        statement = state.statement
        if isinstance(statement, TextClause):
            if not state.execution_options.get(NO_PATIENT_DATA_OPTION):
                raise Fault("Textual SQL can't pass the audited gate; use the ORM or Core.")
            return
        touched = _TOUCHED.get(statement)
        if touched is None:
            touched = _TOUCHED.setdefault(statement, frozenset(_patient_tables(statement)))
        if not touched or _loads_entities(state):
            return
        action = state.execution_options.get(ACCESS_OPTION)
        if not action:
            raise Fault(f"A statement on {', '.join(sorted(touched))} does not say what access it is.")
        if isinstance(statement, UpdateBase):
            self._owed.add(action)
        else:
            self._declared.setdefault(action, Entry(action=action, entity=min(touched)))

    def loaded(self, instance: PatientData) -> None:
        """Note a row that was read."""
        entry = self._reads.get(instance.entity)
        if entry is None:
            entry = self._reads[instance.entity] = Entry("", instance.entity)
        _note(entry, instance)

    def flushed(self, session: Session) -> None:
        """Note the rows that a flush has written."""
        for verb, instances in (
            ("create", session.new),
            ("update", session.dirty),
            ("delete", session.deleted),
        ):
            for instance in instances:
                if isinstance(instance, PatientData):
                    self._note_change(verb, instance)

    def _note_change(self, verb: str, instance: PatientData) -> None:
        changed = _changed_values(instance, is_new=verb == "create")
        if verb == "update" and not changed:
            return
        key = (verb, instance.entity)
        entry = self._changes.setdefault(key, Entry(f"{instance.entity}.{verb}", instance.entity))
        _note(entry, instance)
        entry.fields.update(changed)
        entry.content.setdefault(str(_row_id(instance)), {}).update(changed)


@event.listens_for(UnitSession, "do_orm_execute")
def _before_execute(state: ORMExecuteState) -> None:
    gate = state.session.info.get(_GATE)
    if gate is not None:
        gate.before_execute(state)


@event.listens_for(UnitSession, "loaded_as_persistent")
def _loaded(session: Session, instance: object) -> None:
    gate = session.info.get(_GATE)
    if gate is not None and isinstance(instance, PatientData):
        gate.loaded(instance)


@event.listens_for(UnitSession, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    gate = session.info.get(_GATE)
    if gate is not None:
        gate.flushed(session)


def _row_id(instance: PatientData) -> UUID:
    return instance.id  # type: ignore[attr-defined,no-any-return]  # every PatientData table is also a Row


def _note(entry: Entry, instance: PatientData) -> None:
    entry.ids.add(_row_id(instance))
    patient = instance.patient()
    if patient is not None:
        entry.patients.add(patient)


def _changed_values(instance: PatientData, *, is_new: bool) -> dict[str, Any]:
    state = inspect(instance)
    # What was set since the row was loaded, or all of a new one: to ask each attribute takes ten times longer.
    touched = state.dict if is_new else state.committed_state
    found = {}
    for attribute in state.mapper.column_attrs:
        if attribute.key not in touched:
            continue
        history = state.attrs[attribute.key].history
        if history.has_changes() and history.added:
            found[attribute.key] = _plain(history.added[0])
    return found


_AS_IT_IS = frozenset([str, int, bool])


def _plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it."""
    if value is None or type(value) in _AS_IT_IS:
        return value
    match value:
        case UUID() | float():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Enum():
            return value.value
        case bytes():
            return value.hex()
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(v) for v in value]
        case _:
            return value


# By statement, which never changes: walking a long one takes longer than a short query.
_TOUCHED: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()


def _patient_tables(statement: Any) -> Iterable[str]:
    for element in visitors.iterate(statement):
        if isinstance(element, Table) and (entity := element.info.get(ENTITY)):
            yield entity


def _loads_entities(state: ORMExecuteState) -> bool:
    """Return whether the statement gives whole mapped rows alone, which the gate sees as they load."""
    if not state.is_select:
        return False
    descriptions = getattr(state.statement, "column_descriptions", ())
    return bool(descriptions) and all(isinstance(d["expr"], type) and issubclass(d["expr"], Base) for d in descriptions)
