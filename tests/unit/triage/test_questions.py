"""Which questions are asked: those of the lead complaint first, each once, and never what is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bedside.triage import service
from bedside.triage.protocol_set import ProtocolError, build, shipped
from bedside.triage.questions import MAX_QUESTIONS
from bedside.triage.schemas import Level, TriageInput, TriageResult

PROTOCOLS = service.load_protocols()


def assess(text: str, **answers: str) -> TriageResult:
    given = {name.replace("__", ".").replace("_", "-"): value for name, value in answers.items()}
    return service.assess(TriageInput(utterances=[text], answers=given))


def asked(text: str) -> list[str]:
    return [q.id for q in assess(text).questions]


MESSAGES = [
    "My left calf is swollen and sore since a long flight", "I cut my finger and the bleeding has stopped",
    "It burns when I pee and I am 12 weeks pregnant", "I have earache", "I have toothache", "sore throat and a cough",
    "My daughter is 3, she has a fever of 38.5", "I took 8 paracetamol today, more than the packet says",
    "my back hurts and I feel sick",
    "no chest pain and no trouble breathing, just a cough", "my period is late", "I feel dizzy and have a headache",
]  # fmt: skip


@pytest.mark.parametrize("text", MESSAGES)
def test_each_thing_is_asked_once_and_at_most_six_are(text: str) -> None:
    questions = asked(text)
    about = [frozenset(PROTOCOLS.questions[name].definition.findings()) for name in questions]
    assert 0 < len(questions) <= MAX_QUESTIONS
    assert len(about) == len(set(about))
    flags = [PROTOCOLS.questions[name].definition.red_flag for name in questions]
    assert flags == sorted(flags, reverse=True)
    lead = assess(text).protocol.id
    first = [name.split(".")[0] for name in questions if PROTOCOLS.questions[name].definition.red_flag]
    assert first[0] == lead


@pytest.mark.parametrize(
    ("text", "first", "never"),
    [
        (MESSAGES[0], "leg-swelling.breath", {"back-pain.saddle", "back-pain.bladder", "back-pain.legs"}),
        (MESSAGES[1], "bleeding.heavy", {"injury.bleeding", "bleeding.pregnant"}),
        (MESSAGES[2], "urinary.fever", {"pregnancy.movements", "pregnancy.waters", "urinary.pregnant"}),
        (MESSAGES[3], "ear.spread", {"cough-cold.blood", "cough-cold.chest", "cough-cold.breath"}),
        (MESSAGES[4], "dental.airway", {"cough-cold.blood", "cough-cold.chest", "cough-cold.breath"}),
        (MESSAGES[6], "newborn-child.wake", {"fever-child.age", "fever-adult.confused"}),
        (MESSAGES[7], "poisoning.purpose", set()),
        (MESSAGES[10], "pregnancy.side", {"pregnancy.movements"}),
        ("what are your opening hours", "admin.ill-now", {"general.danger", "general.chest"}),
        ("My 5 year old swallowed a coin", "poisoning.object-stuck", {"poisoning.purpose"}),
        ("my back hurts", "back-pain.saddle", set()),
    ],
)
def test_the_complaint_asks_its_own_questions(text: str, first: str, never: set[str]) -> None:
    questions = asked(text)
    assert questions[0] == first
    assert never.isdisjoint(questions)


def test_what_is_denied_is_not_asked_and_what_implies_it_neither() -> None:
    questions = asked("no chest pain and no trouble breathing, just a cough")
    about = {f for name in questions for f in PROTOCOLS.questions[name].definition.findings()}
    assert about.isdisjoint({"chest_pain", "breathless", "severe_breathless"})


def test_an_answer_that_settles_one_question_settles_the_same_question_elsewhere() -> None:
    result = assess(MESSAGES[1], bleeding__heavy="I don't know")
    assert "injury.bleeding" not in [q.id for q in result.questions]


def test_home_care_is_held_until_every_question_that_applies_is_answered_no() -> None:
    said = TriageInput(utterances=["my knee aches a bit"])
    answers: dict[str, str] = {}
    result = service.assess(said)
    while result.questions:
        assert result.level is not Level.SELF_CARE
        answers[result.questions[0].id] = "no"
        result = service.assess(said.model_copy(update={"answers": answers}))
    assert result.level is Level.SELF_CARE


@pytest.mark.parametrize(
    "change", [{"when": {"any": ["fever"], "not": ["cough"]}}, {"unless": "fever"}, {"unless": {"any": ["fever"]}}]
)
def test_a_finding_can_not_take_a_question_away(tmp_path: Path, change: dict[str, Any]) -> None:
    data = yaml.safe_load(next(f for f in shipped() if f.name == "cough-cold.yaml").read_bytes())
    data["questions"][0].update(change)
    path = tmp_path / "cough-cold.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(ProtocolError, match="a finding could lower a level"):
        build([path])


@pytest.mark.parametrize(
    ("text", "at_least"),
    [
        ("no chest pain but my jaw hurts and I am sweating", Level.EMERGENCY),
        ("my arm and jaw ache and I feel sick and clammy", Level.EMERGENCY),
        ("I am 52, my jaw aches and I feel sick", Level.EMERGENCY),
        ("upper belly pain and I am sweating, I'm 60", Level.EMERGENCY),
        ("diabetic with left arm ache and nausea", Level.EMERGENCY),
        ("pain between my shoulder blades and breathless", Level.URGENT),
        ("my jaw aches and I feel dizzy", Level.URGENT),
    ],
)
def test_a_heart_attack_without_chest_pain(text: str, at_least: Level) -> None:
    result = assess(text)
    assert result.level is not None
    assert result.level.at_least(at_least)
    assert result.protocol.id == "chest-pain"


@pytest.mark.parametrize("text", ["my tooth and jaw hurt", "my arm hurts after the flu jab", "my left arm aches"])
def test_an_arm_or_jaw_alone_is_no_heart_attack(text: str) -> None:
    result = assess(text)
    assert result.level is Level.ROUTINE


def test_breathless_on_lying_down_is_urgent_and_told_to_sit_up() -> None:
    result = assess("I am short of breath when lying down")
    assert result.level is Level.URGENT
    assert "Sit up" in result.advice[0]
    assert "inhaler" not in " ".join(result.advice)
    assert assess("I am short of breath when lying down and my chest hurts").level is Level.EMERGENCY
