"""Advice: of the deciding protocols, never two lines that contradict each other, one emergency number."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from bedside.triage import service
from bedside.triage.engine import ENGINE_VERSION, decide
from bedside.triage.protocol import AdviceLine, Condition, RuleDef
from bedside.triage.protocol_set import ProtocolError, build, shipped
from bedside.triage.schemas import (
    Finding,
    Level,
    Measurement,
    Numbers,
    State,
    Subject,
    TriageInput,
    TriageRecord,
    TriageResult,
    age_in_words,
)

PROTOCOLS = service.load_protocols()
HOURS_PER_YEAR = 8766.0


def assess(text: str) -> TriageResult:
    return service.assess(TriageInput(utterances=[text]))


def present(name: str) -> Finding:
    return Finding(id=name, label=PROTOCOLS.findings[name].label, state=State.PRESENT, counts=True, quote=name)


def advice_of(text: str) -> str:
    return " ".join(assess(text).advice)


class Wanted:
    """Facts that make a condition hold."""

    def __init__(self) -> None:
        self.findings: set[str] = set()
        self.numbers: dict[str, float] = {}
        self.subject = Subject.SELF

    def add(self, condition: Condition) -> None:
        if condition.finding:
            self.findings.add(condition.finding)
        for part in condition.all_of or ():
            self.add(part)
        if condition.any_of:
            self.add(condition.any_of[0])
        if condition.count:
            self.findings |= set(condition.count.of[: condition.count.at_least])
        if condition.lasting:
            self.findings.add(condition.lasting.of)
            self.numbers["duration_hours"] = condition.lasting.at_least or 0
        if condition.subject is Subject.CHILD:
            self.subject = Subject.CHILD
        for name, allowed in (condition.measure or {}).items():
            self.numbers[name] = allowed.at_least if allowed.at_least is not None else (allowed.under or 1) - 0.1
        if condition.age:
            hours = condition.age.at_least if condition.age.at_least is not None else (condition.age.under or 1) / 2
            self.numbers["age_years"] = hours / HOURS_PER_YEAR

    def record(self) -> TriageRecord:
        numbers = [Measurement(name=n, value=v, quote=n, subject=self.subject) for n, v in self.numbers.items()]
        return TriageRecord(
            engine=ENGINE_VERSION, protocol_set=PROTOCOLS.hash, findings=[present(n) for n in sorted(self.findings)],
            measurements=numbers, answered={}, subject=self.subject, said_something=True,
        )  # fmt: skip


def topical(protocol: str) -> bool:
    return any(line.topic for line in PROTOCOLS.protocols[protocol].advice.get(Level.EMERGENCY, []))


LINES: dict[str, list[AdviceLine]] = {}
for _known in [PROTOCOLS.defaults.advice, *(p.advice for p in PROTOCOLS.protocols.values())]:
    for _line in _known.get(Level.EMERGENCY, []):
        LINES.setdefault(_line.text, []).append(_line)
EMERGENCIES: list[tuple[str, RuleDef]] = [
    (p.id, rule)
    for p in PROTOCOLS.protocols.values()
    # A protocol whose advice has no topic can't contradict another, so one of its rules is enough.
    for rule in [r for r in p.rules if r.level is Level.EMERGENCY][: None if topical(p.id) else 1]
]


def stances(advice: list[str]) -> list[tuple[str, str]]:
    return [(x.topic, x.stance or "") for text in advice for x in LINES[text][:1] if x.topic]


def test_no_pair_of_emergencies_gives_advice_that_contradicts_itself() -> None:
    pairs = 0
    for (one, first), (other, second) in combinations(EMERGENCIES, 2):
        if one == other:
            continue
        wanted = Wanted()
        wanted.add(first.when)
        wanted.add(second.when)
        result = decide(PROTOCOLS, wanted.record())
        said = stances(result.advice)
        pairs += 1
        assert len({topic for topic, _ in said}) == len(said), (first.id, second.id, result.advice)
        assert result.advice
        if "stroke" in {r.rule.split(".")[0] for r in result.reasons if r.level is Level.EMERGENCY}:
            assert ("aspirin", "take") not in said, (first.id, second.id)
        if wanted.subject is Subject.CHILD:
            assert ("aspirin", "take") not in said or wanted.numbers.get("age_years", 0) >= 16
    assert pairs > 3_000


@pytest.mark.parametrize(
    "text",
    [
        "My chest feels tight and my left arm is numb",
        "crushing chest pain and my face is drooping",
        "crushing chest pain and I am on warfarin",
        "crushing chest pain and I am vomiting blood",
        "crushing chest pain, my lips are swelling and I have hives",
        "crushing chest pain and a tearing pain between my shoulder blades",
        "my 9 year old son has crushing chest pain",
        "crushing chest pain after I hit my head",
        "crushing chest pain and I am allergic to aspirin",
    ],
)
def test_aspirin_is_never_advised_where_it_could_harm(text: str) -> None:
    result = assess(text)
    assert result.level is Level.EMERGENCY
    assert "chew one aspirin" not in " ".join(result.advice)


def test_a_plain_heart_attack_is_advised_aspirin() -> None:
    assert "chew one aspirin" in advice_of("I am 60 and have crushing chest pain and sweating")


@pytest.mark.parametrize(
    ("text", "said", "not_said"),
    [
        ("I took 40 paracetamol tablets", "vomit", "fresh air"),
        ("the carbon monoxide alarm went off and we all have headaches", "fresh air", "vomit"),
        ("my father has collapsed and is not breathing", "chest compressions", "During a fit"),
        ("my daughter is 3, has a fever of 39.5 and is very sleepy", "Keep the child with you", "compressions"),
        ("I am having an asthma attack and my lips are blue", "inhaler", "compressions"),
        ("sudden severe breathlessness and chest pain", "Sit up", "inhaler"),
        ("my blood sugar is 2.5 and my speech is slurred", "give sugar now", "Eat and drink nothing"),
    ],
)
def test_advice_is_of_this_complaint(text: str, said: str, not_said: str) -> None:
    advice = advice_of(text)
    assert said in advice
    assert not_said not in advice


def test_a_warm_line_comes_before_the_number_where_somebody_wants_to_die() -> None:
    advice = assess("I want to kill myself").advice
    assert advice[0].startswith("Thank you for telling me")
    assert any("{emergency_number}" in line for line in advice)
    assert "drive" not in " ".join(advice)


def test_fever_care_for_a_child_who_waits() -> None:
    advice = advice_of("My daughter is 3, she has a fever of 38.5")
    assert all(said in advice for said in ("small drinks", "Never give aspirin", "{emergency_number}"))


def test_the_number_of_the_service_stands_everywhere() -> None:
    for text in ("crushing chest pain", "chest pain", "I want to kill myself", "sore throat"):
        filled = service.with_numbers(assess(text), Numbers(emergency="144")).model_dump_json(
            include={"advice", "safety_net"}
        )
        assert "144" in filled
        assert "{emergency_number}" not in filled


def broken(folder: Path, **changes: Any) -> Path:
    found = next(f for f in shipped() if f.name == "dental.yaml")
    data = yaml.safe_load(found.read_bytes())
    path = folder / "dental.yaml"
    path.write_text(yaml.safe_dump({**data, **changes}), encoding="utf-8")
    return path


LINE = {"text": "Chew one aspirin while you wait for help.", "topic": "aspirin", "stance": "take"}


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        ([LINE["text"]], "speaks of aspirin and does not name it as its topic"),
        ([{**LINE, "topic": None, "stance": None}], "speaks of aspirin"),
        ([{**LINE, "stance": "perhaps"}], "stance 'perhaps' has no place in the order of aspirin"),
        ([{**LINE, "topic": "moods"}], "unknown topic 'moods'"),
        ([{**LINE, "stance": None}], "give `topic` and `stance` together"),
        ([{**LINE, "text": "Chew one aspirin and drink water."}], "speaks of eating"),
        ([{**LINE, "unless": ["goblins"]}], "unknown finding 'goblins'"),
        ([{**LINE, "unless_protocols": ["goblins"]}], "there is no protocol 'goblins'"),
        (["Call 999 at once, or go to hospital."], "names an emergency number"),
        (["Call your emergency number at once."], "names an emergency number"),
        (["Call {phone_number} at once."], "unknown placeholder 'phone_number'"),
    ],
)
def test_advice_that_could_contradict_other_advice_is_refused(tmp_path: Path, advice: list[Any], said: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        build([broken(tmp_path, advice={"emergency": advice})])
    assert said in caught.value.message
    assert "advice.emergency.0" in caught.value.message


def test_one_deadline_is_given_and_only_reasons_of_that_deadline_decide() -> None:
    result = assess("my left calf is swollen and sore since a long flight")
    assert result.deadline == f"A clinician should see to this within {result.within_hours:g} hours."
    assert not any("tomorrow" in line or "today" in line for line in result.advice)
    for text in ("chest pain when I cough", "My 10 month old has a fever", "sore throat", "can't breathe"):
        shown = assess(text)
        flags = [r.deciding for r in shown.reasons]
        assert flags == sorted(flags, reverse=True)
        assert {r.level for r in shown.reasons if r.deciding} == {shown.level}


def test_a_stated_age_is_used() -> None:
    reasons = " ".join(r.text for r in assess("My 10 month old baby has a fever").reasons)
    assert "until the age is known" not in reasons
    assert "fever-child.age" not in [q.id for q in assess("My 10 month old baby has a fever").questions]
    parent = assess("I'm 32 and my baby has a fever")
    assert parent.level is Level.URGENT
    assert service.stated_age(parent.record) is None


@pytest.mark.parametrize(
    ("years", "words"),
    [
        (1 / 365.25, "1 day"), (0.02, "7 days"), (0.115, "6 weeks"), (0.1666, "2 months"), (1.5, "18 months"),
        (3.0, "3 years"), (82.9, "82 years"),
    ],
)  # fmt: skip
def test_ages_in_words(years: float, words: str) -> None:
    assert age_in_words(years) == words
