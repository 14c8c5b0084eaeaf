"""Rules of the ordinary complaints fire on many wordings, and stay silent on the denial or the harmless look-alike."""

from __future__ import annotations

import pytest

from bedside.triage import service
from bedside.triage.schemas import Level, TriageInput


def fired(text: str) -> set[str]:
    return {r.rule for r in service.assess(TriageInput(utterances=[text])).reasons}


def level(text: str) -> Level | None:
    return service.assess(TriageInput(utterances=[text])).level


# (rule, words that fire it, words that only look like it)
WIDER = [
    (
        "abdominal-pain.appendix-classic",
        "pain began at my navel, moved down to the right, off my food and feverish",
        "my appendix was removed in 2010",
    ),
    (
        "abdominal-pain.pancreas",
        "stabbing under my ribs straight through to my back and I keep vomiting",
        "my back is fine and my belly too",
    ),
    ("abdominal-pain.aneurysm-signs", "his belly is pulsing, pain in the back, he is clammy", "his heart rate is 70"),
    (
        "abdominal-pain.cholangitis",
        "eyes gone yellow, shaking chills, fever, pain in my tummy",
        "the gunk in my eye is yellow",
    ),
    (
        "abdominal-pain.hernia-stuck",
        "my hernia is hard and won't go back in and I've been sick",
        "I have a hernia, it goes in easily",
    ),
    (
        "abdominal-pain.dialysis",
        "home dialysis and the drain bag came out cloudy",
        "home dialysis, the drain bag was clear",
    ),
    (
        "stomach-upset.intussusception",
        "my baby draws up his legs and screams, then goes pale, vomiting",
        "my baby sleeps well",
    ),
    (
        "pregnancy.ectopic-period",
        "my period is late, sharp pain on one side and my shoulder tip hurts",
        "my period is late, nothing else",
    ),
    (
        "pregnancy.placenta-bleed",
        "they said my placenta is low and now I am bleeding",
        "they said my placenta is low, no bleeding",
    ),
    ("pregnancy.birth-now", "39 weeks, I need to push", "39 weeks and tired"),
    ("pregnancy.green-water", "38 weeks, waters went and the fluid is green", "38 weeks, my waters have not gone"),
    ("pregnancy.preterm-waves", "30 weeks, tightenings every ten minutes in waves", "30 weeks, no tightenings"),
    ("pregnancy.injured-signs", "28 weeks, car crash, now belly pain", "28 weeks, took the car to work"),
    ("pregnancy.movements", "31 weeks and the kicks have dropped right off", "31 weeks, no bleeding, lots of movement"),
    ("postpartum.lumps", "gave birth 5 days ago, clots like plums", "gave birth 5 days ago, no clots"),
    (
        "postpartum.psychosis-signs",
        "gave birth a week ago, I don't need sleep, I am chosen and get messages",
        "gave birth a week ago, tired",
    ),
    ("urinary.retention-full", "only dribbles come out, my bladder is full to bursting", "peeing fine"),
    ("urinary.kidney", "It burns when I pee and my side has been aching", "no burning when I pee"),
    (
        "urinary.septic-older",
        "mum is 84, smelly urine, seeing cats on the wall, breathing fast",
        "mum is 84, her urine is normal",
    ),
    ("diabetes.rapid-instead", "took novorapid instead of my lantus", "I take novorapid with meals"),
    ("diabetes.fournier", "diabetic, my groin is swollen and black and smells", "diabetic, my groin is fine"),
    ("diabetes.new-diabetes", "he is drinking constantly, losing weight and wetting the bed", "he drinks a cup of tea"),
    ("medicine-problem.lithium-toxic", "on lithium, tremor, unsteady and confused", "on lithium, no tremor"),
    ("medicine-problem.asthma-beta", "I have asthma and took propranolol", "I take propranolol"),
    ("medicine-problem.clozapine-bowel", "on clozapine and constipated for six days", "on clozapine, bowels fine"),
    ("skin.toxic-shock", "forgot a tampon, fever 39.5, rash and dizzy", "bought tampons"),
    ("skin.tick", "red ring like a dartboard on my thigh after a tick bite", "please tick the box for me"),
    ("skin.past-line", "on antibiotics, redness has gone past the line the nurse drew", "redness has gone"),
    ("eye.pierced", "was grinding metal without goggles, something hit my eye", "my teeth grinding is worse"),
    ("eye.orbit", "his eye is swollen shut and he has a fever", "his eye is fine, no swelling"),
    (
        "heat-cold.heat-shaking",
        "worked in the hot sun all day, stopped sweating, talking strange",
        "sat in the shade all day",
    ),
    ("dental.knocked-out", "her front tooth was knocked clean out", "her wisdom tooth was taken out last year"),
    ("dental.spreading", "tooth abscess, neck swollen, can't open my mouth, fever", "tooth ache, no swelling"),
    ("ear.mastoid-ill", "swollen and red behind his ear, fever 39", "no swelling behind his ear"),
    ("ear.deaf", "woke up deaf in one ear", "I have been deaf since birth"),
    ("leg-swelling.lung", "calf is swollen and I can't catch my breath", "both legs fine, breathing fine"),
    ("falls-older.hip", "gran fell, one leg looks shorter", "gran fell asleep"),
    ("falls-older.repeated", "dad is 82, four falls this week, dizzy", "dad is 82 and walks well"),
    (
        "post-op.burst",
        "tummy wound burst open and I can see something pink poking out",
        "tummy wound is dry and closed",
    ),
    ("post-op.throat", "tonsils out last week, spitting blood", "tonsils out last week, no bleeding"),
    ("post-op.cast", "my fingers are blue and numb, the plaster cast is too tight", "my plaster cast is comfortable"),
    ("safeguarding.strangled", "he squeezed my neck until I passed out", "I wore a scarf round my neck"),
    ("safeguarding.sexual-danger", "im 13, he comes in my room and touches me", "it is sore to touch"),
    ("safeguarding.control", "my husband checks my phone and won't let me see my family", "my husband drove me here"),
]


@pytest.mark.parametrize(("rule", "said", "harmless"), WIDER, ids=[f"{i}-{row[0]}" for i, row in enumerate(WIDER)])
def test_other_words_fire_the_rule_and_look_alikes_do_not(rule: str, said: str, harmless: str) -> None:
    assert rule in fired(said)
    assert rule not in fired(harmless)


HARMLESS = [
    "24 weeks, no bleeding, lots of movement, can I fly?",
    "Baby's moving fine, no pain, just heartburn at 32 weeks",
    "My iron tablets turned my poo black-green, no tummy pain",
    "They took my blood this morning, when do results come?",
    "Both ankles a bit puffy after a hot day, no breathlessness",
    "I had a heart attack scare in March, it was a pulled muscle. Can you post the report?",
    "boozy weekend, dying lol, what is good for a hangover?",
    "I keep my insulin in the fridge door, is that right?",
    "Can I book a dentist check-up?",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_messages_are_no_emergency(text: str) -> None:
    assert level(text) is not Level.EMERGENCY, fired(text)


def test_an_itchy_rash_is_a_rash_and_not_hives() -> None:
    assert fired("itchy rash on my arm") == {"skin.rash"}


def test_a_childs_fever_fires_no_rule_for_adults() -> None:
    assert fired("my 3 year old has a fever of 38.5") == {"fever-child.fever", "fever-child.any"}
    assert "fever-adult.fever" in fired("I have a fever of 38.5")


@pytest.mark.parametrize(
    ("words", "lead"),
    [
        (["sore throat for two days", "can I take ibuprofen?"], "cough-cold"),
        (["I have a cough, can I book an appointment?"], "cough-cold"),
        (["can I take ibuprofen?"], "medicine-interaction"),
        (["sore throat, and can I take ibuprofen with my warfarin?"], "medicine-interaction"),
    ],
)
def test_a_plain_question_leaves_the_lead_to_the_complaint(words: list[str], lead: str) -> None:
    assert service.assess(TriageInput(utterances=words)).protocol.id == lead
