"""The audit events that each route leaves which touches patient data: one for each kind of row, in each transaction.

A row that is read in order to be changed is told by the event of its change alone (docs/audit.md).
An event is written ``action entity``; Bedside's own, in the assistant's name, begin with ``system:``.
"""

from __future__ import annotations

from collections import Counter

Events = Counter[str]

DENIED: Events = Counter(["access.denied permission"])


def events(*names: str) -> Events:
    return Counter(names)


def reads(action: str, *entities: str) -> Events:
    return Counter(f"{action} {entity}" for entity in entities)


CASE = reads("assessment.read", "assessment", "assessment_event", "conversation", "message", "patient")
CASE_TO_CHANGE = reads("assessment.read", "assessment_event", "conversation", "message", "patient")
MOVE = events("assessment.update assessment", "assessment_event.create assessment_event")

BY_PATIENT: dict[str, Events] = {
    "POST /api/conversations": reads("conversation.begin", "conversation", "patient")
    + events("conversation.create conversation"),
    "GET /api/conversations": reads("conversation.list", "conversation", "message", "assessment"),
    "GET /api/conversations/{conversation_id}": reads("conversation.read", "conversation", "message", "assessment"),
    "POST /api/conversations/{conversation_id}/messages": reads("conversation.turn", "message", "assessment")
    + events("conversation.update conversation", "message.create message")
    + events(
        "system:conversation.update conversation",
        "system:message.create message",
        "system:message.update message",
        "system:assessment.update assessment",
    ),
    "GET /api/me/export": reads("patient.export", "patient", "conversation", "message", "assessment"),
    "GET /api/assessments/{assessment_id}": reads("assessment.read", "assessment"),
    "POST /api/assessments/{assessment_id}/withdraw": events("conversation.update conversation") + MOVE,
}

BY_CLINICIAN: dict[str, Events] = {
    "GET /api/conversations/{conversation_id}": reads("conversation.read", "conversation", "message", "assessment"),
    "GET /api/worklist": reads("worklist.list", "assessment"),
    "GET /api/assessments/{assessment_id}": CASE,
    "POST /api/assessments/{assessment_id}/claim": CASE
    + events("assessment.claim assessment", "assessment_event.create assessment_event"),
    "POST /api/assessments/{assessment_id}/release": CASE_TO_CHANGE + MOVE,
    "POST /api/assessments/{assessment_id}/decision": reads(
        "assessment.read", "assessment", "assessment_event", "message", "patient"
    )
    + MOVE
    + events("assessment.decide assessment", "conversation.update conversation", "message.create message"),
    "POST /api/assessments/{assessment_id}/undo": CASE_TO_CHANGE + MOVE + events("message.update message"),
    "POST /api/assessments/{assessment_id}/refer": CASE_TO_CHANGE + MOVE,
    "POST /api/assessments/{assessment_id}/target": CASE_TO_CHANGE + MOVE,
    "POST /api/assessments/{assessment_id}/notes": reads("assessment.read", "assessment") + events("note.create note"),
    "GET /api/patients/{patient_id}": reads("patient.read", "patient", "assessment"),
}

BREAK_GLASS = events("patient.break_glass patient", "break_glass_grant.create break_glass_grant")
