"""A question about a medicine is told from a complaint, and asks for harm from the medicine alone."""

from __future__ import annotations

import pytest

from bedside.triage import service as triage
from bedside.triage.schemas import Level, TriageInput


@pytest.mark.parametrize(
    "text",
    [
        "How much paracetamol can my 5 year old have?",
        "can I drink alcohol with metronidazole",
        "what is the dose of amoxicillin for a 3 year old",
        "Can I give calpol and ibuprofen at the same time?",
        "how often can I take naproxen",
    ],
)
def test_a_question_about_a_medicine(text: str) -> None:
    result = triage.assess(TriageInput(utterances=[text]))
    assert result.level is Level.ROUTINE
    assert {question.id.split(".")[0] for question in result.questions} <= {"medicine-question", "medicine-interaction"}
    assert result.questions
    more = triage.assess(TriageInput(utterances=[text], answers={"medicine-question.ill": "yes"}))
    assert more.level is not None
    assert more.level.at_least(Level.URGENT)


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("I took my ibuprofen and my stomach hurts badly", "abdominal-pain"),
        ("I gave my son calpol but his fever is 40", "fever-child"),
    ],
)
def test_a_complaint_beside_a_medicine_leads(text: str, lead: str) -> None:
    assert triage.assess(TriageInput(utterances=[text])).protocol.id == lead
