"""Rules that rest on how much, since when and of whom: the same word is an emergency here and none there."""

from __future__ import annotations

import pytest

from bedside.triage import service
from bedside.triage.schemas import Level, State, TriageInput


def assess(text: str) -> tuple[Level | None, set[str], float | None]:
    result = service.assess(TriageInput(utterances=[text]))
    return result.level, {r.rule for r in result.reasons}, result.within_hours


def state(text: str, finding: str) -> State | None:
    found = service.load_protocols().reader.read([text]).findings.get(finding)
    return found.state if found else None


@pytest.mark.parametrize(
    "text",
    [
        "my 2 year old licked a bit of ibuprofen gel",
        "my 3 year old took an extra spoon of calpol by mistake",
        "2-year-old swallowed three 200 mg ibuprofen tablets",
    ],
)
def test_a_child_who_had_a_little_of_a_medicine_is_a_poison_call_today(text: str) -> None:
    level, rules, within = assess(text)
    assert level is Level.URGENT
    assert within is not None
    assert within <= 2
    assert any(r.startswith("poisoning.") for r in rules)
    assert "poisoning.child-many" not in rules


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("my 2 year old ate a handful of ibuprofen tablets", "poisoning.child-many"),
        ("toddler got into the ibuprofen bottle, don't know how many", "poisoning.child-many"),
        ("my toddler swallowed one of granny's gliclazide tablets", "poisoning.child-dangerous"),
        ("my 2 yr old was sucking on grandad's fentanyl patch", "poisoning.opioid-child"),
        ("my toddler swallowed one ibuprofen tablet and is very drowsy", "poisoning.child-dangerous"),
    ],
)
def test_many_unknown_or_dangerous_medicines_of_a_child_are_an_emergency(text: str, rule: str) -> None:
    level, rules, _ = assess(text)
    assert level is Level.EMERGENCY
    assert rule in rules


@pytest.mark.parametrize(
    "text",
    [
        "How much paracetamol can my 5 year old have?",
        "can I drink alcohol with metronidazole?",
        "my husband takes aspirin daily and is allergic to penicillin",
        "How many 200mg ibuprofen may I have in a day?",
        "can I have two boxes of loratadine on repeat",
    ],
)
def test_a_plain_question_about_a_medicine_is_no_poisoning(text: str) -> None:
    level, rules, _ = assess(text)
    assert level not in (Level.EMERGENCY, Level.URGENT), rules


@pytest.mark.parametrize(
    ("text", "finding", "expected"),
    [
        ("why does my chest hurt", "chest_pain", State.PRESENT),
        ("why does a chest hurt with a heart attack?", "chest_pain", State.ASKED),
        ("What if it's a stroke, my arm is numb", "stroke_word", State.ASKED),
        ("What if it's a stroke, my left arm is numb", "numb_weak_one_side", State.PRESENT),
        ("what happens if I get chest pain on holiday", "chest_pain", State.ASKED),
        ("I've never thought of hurting myself", "self_harm", State.ABSENT),
        ("I'm not going to hurt myself", "self_harm", State.ABSENT),
        ("haven't had any chest pain since my stent was put in", "chest_pain", State.ABSENT),
    ],
)
def test_what_is_asked_supposed_or_denied_is_not_happening(text: str, finding: str, expected: State) -> None:
    assert state(text, finding) is expected


@pytest.mark.parametrize(
    ("rule", "said", "harmless"),
    [
        ("headache.sudden-severe", "terrible headache that came on all at once", "terrible headache building all week"),
        ("stroke.sudden-spinning", "room spinning and double vision all at once", "I get dizzy on roundabouts"),
        ("stroke.neglect", "he keeps bumping into the left door frame and ignores the left side of his plate",
         "I bumped into a door"),
        ("allergy.face-food", "his lips went fat after peanuts and he is coughing", "a cough after lunch"),
        ("pregnancy.ribs-swelling", "36 weeks, face swollen, pain under right ribs", "36 weeks, baby kicks my ribs"),
        ("skin.necrotising-ill", "tiny scratch, hand badly swollen, pain unbearable, high fever, I feel terrible",
         "tiny scratch, hand a bit swollen"),
        ("skin.skin-black", "skin is turning black and the pain is out of all proportion", "a black mole on my skin"),
        ("skin.tracking-ill", "my cut is red, a line is running up my arm and I'm shivery", "my cut is red"),
        ("injury.crash-sign", "motorbike accident an hour ago, belly hurts", "crash diet, belly hurts"),
        ("poisoning.caustic-drunk", "swigged weedkiller from a bottle, mouth is sore", "sprayed weedkiller outside"),
        ("poisoning.mushrooms-ill", "ate wild mushrooms, now cramps and vomiting", "mushroom soup for lunch"),
        ("self-harm.farewell", "I've found a home for the cat and the letters are on the table",
         "the letter from the hospital is on the table"),
        ("fever-adult.neutropenic-shaky", "chemo last week, now shivering", "finished chemo in 2015, now shivering"),
        ("urinary.missed-dialysis", "missed dialysis, heart fluttering", "dialysis went well"),
        ("diabetes.thirst-ketones", "drinking from the tap all night and his breath smells of pear drops",
         "he drinks a lot of tea"),
        ("chest-pain.effort-risk", "chest tight when I climb stairs and I feel sick, I'm 57",
         "my legs ache when I climb stairs"),
        ("cough-cold.antiviral", "kidney transplant and my covid test is positive", "covid test negative"),
        ("mental-health.mania", "she is bipolar, off her tablets and awake four nights", "awake with the baby"),
        ("dental.ache", "toothache with a fever", "toothache"),
        ("ear.young", "earache in my 1 year old", "earache"),
        ("leg-swelling.clot", "my calf is swollen and sore since a flight", "both ankles swell in the heat"),
    ],
)  # fmt: skip
def test_rules_fire_on_their_signs_and_not_on_look_alikes(rule: str, said: str, harmless: str) -> None:
    assert rule in assess(said)[1]
    assert rule not in assess(harmless)[1]
