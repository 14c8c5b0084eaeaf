"""What care does, as its routes, commands and jobs and the assistant call it.

Patients act for themselves. What Bedside itself writes, replies and assessments, runs in a unit of work of
``ASSISTANT``: a patient's own transaction can write only what the patient said (row-level security).
"""

from bedside.care.service.assessments import store_assessment
from bedside.care.service.breaches import measure_worklist, watch_breaches, worklist_levels
from bedside.care.service.conversations import (
    ASSISTANT,
    conversation,
    conversations_of_me,
    receive_message,
    start_conversation,
    store_reply,
    tell_of_message,
    transcript,
    unfinished_turns,
)
from bedside.care.service.decisions import (
    add_note,
    change_target,
    claim,
    decide,
    get_assessment,
    hand_to_physician,
    release,
    undo_decision,
    withdraw,
)
from bedside.care.service.figures import figures
from bedside.care.service.patients import (
    break_glass,
    exceptional_access,
    export_of_me,
    patient_for_account,
    patient_record,
)
from bedside.care.service.presence import look, look_away
from bedside.care.service.worklist import worklist

__all__ = [
    "ASSISTANT",
    "add_note",
    "break_glass",
    "change_target",
    "claim",
    "conversation",
    "conversations_of_me",
    "decide",
    "exceptional_access",
    "export_of_me",
    "figures",
    "get_assessment",
    "hand_to_physician",
    "look",
    "look_away",
    "measure_worklist",
    "patient_for_account",
    "patient_record",
    "receive_message",
    "release",
    "start_conversation",
    "store_assessment",
    "store_reply",
    "tell_of_message",
    "transcript",
    "undo_decision",
    "unfinished_turns",
    "watch_breaches",
    "withdraw",
    "worklist",
    "worklist_levels",
]
