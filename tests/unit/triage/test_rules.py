"""Every rule can fire, on facts and (each protocol) on a person's words, and not on the denial of those words."""

from __future__ import annotations

import pytest

from bedside.triage import service
from bedside.triage.engine import ENGINE_VERSION, decide
from bedside.triage.protocol import Condition
from bedside.triage.protocol_set import Rule
from bedside.triage.schemas import Finding, Level, Measurement, State, Subject, TriageInput, TriageRecord

PROTOCOLS = service.load_protocols()


def finding(name: str, hours: float | None = None) -> Finding:
    label = PROTOCOLS.findings[name].label
    return Finding(id=name, label=label, state=State.PRESENT, counts=True, quote=label, duration_hours=hours)


def satisfy(condition: Condition, facts: dict[str, Finding], numbers: list[Measurement]) -> None:
    """Make the smallest facts on which the condition holds."""
    if condition.finding:
        facts.setdefault(condition.finding, finding(condition.finding))
    for part in condition.all_of or ():
        satisfy(part, facts, numbers)
    if condition.any_of:
        satisfy(condition.any_of[0], facts, numbers)
    if condition.count:
        for name in condition.count.of[: condition.count.at_least]:
            facts.setdefault(name, finding(name))
    if condition.lasting:
        facts[condition.lasting.of] = finding(condition.lasting.of, condition.lasting.at_least or 0.0)
    if condition.age:
        low, high = condition.age.at_least, condition.age.under
        hours = low if low is not None else (high or 0) / 2
        numbers.append(Measurement(name="age_years", value=hours / 8766, quote="age"))
    for name, allowed in (condition.measure or {}).items():
        value = allowed.at_least if allowed.at_least is not None else (allowed.under or 0) - 0.5
        numbers.append(Measurement(name=name, value=value, quote=name))


def wants_child(condition: Condition) -> bool:
    return condition.subject is Subject.CHILD or any(wants_child(p) for p in condition.parts())


def record(facts: dict[str, Finding], numbers: list[Measurement], subject: Subject = Subject.SELF) -> TriageRecord:
    return TriageRecord(
        engine=ENGINE_VERSION, protocol_set=PROTOCOLS.hash, findings=list(facts.values()), measurements=numbers,
        answered={}, subject=subject, said_something=True,
    )  # fmt: skip


@pytest.mark.parametrize("rule", PROTOCOLS.rules, ids=lambda r: r.id)
def test_every_rule_fires_on_its_own_condition(rule: Rule) -> None:
    facts: dict[str, Finding] = {}
    numbers: list[Measurement] = []
    satisfy(rule.definition.when, facts, numbers)
    subject = Subject.CHILD if wants_child(rule.definition.when) else Subject.SELF
    result = decide(PROTOCOLS, record(facts, numbers, subject))
    fired = {r.rule: r for r in result.reasons}
    assert rule.id in fired
    assert fired[rule.id].source == rule.citation
    assert result.level is not None
    assert result.level.at_least(rule.definition.level)


# (message that must fire the rule, the same denied or harmless, which must not reach that rule's level)
MESSAGES = [
    ("chest-pain.with-warning-sign", "crushing chest pain and sweating", "no chest pain and no sweating"),
    ("breathing.severe", "I can't breathe", "I can breathe fine, no trouble breathing"),
    ("stroke.fast", "his face is drooping", "no drooping of the face"),
    ("headache.thunderclap", "sudden worst headache of my life", "no headache today"),
    (
        "abdominal-pain.rigid",
        "my stomach is rigid and hurts so bad, fever too",
        "my stomach is not hard, no fever",
    ),
    ("fever-adult.neutropenic", "on chemo and my temp is 38.4", "on chemo, no fever"),
    ("fever-child.under-3-months", "my 6 week old has a temp of 38.3", "my 6 week old has no temperature"),
    ("allergy.breath", "hives all over and I'm wheezing", "hives but no wheezing"),
    ("bleeding.heavy-not-period", "blood is spurting from his leg", "my leg is not bleeding"),
    ("head-injury.thinner", "hit my head and I take warfarin", "I take warfarin and never hit my head"),
    ("injury.major", "he was hit by a car", "he was not hit by a car"),
    ("self-harm.suicidal", "I want to kill myself", "I don't want to kill myself"),
    ("pregnancy.movements", "30 weeks and baby hasn't moved today", "30 weeks, baby is moving well"),
    (
        "postpartum.haemorrhage",
        "gave birth 3 days ago, soaking a pad every hour",
        "gave birth 3 days ago, no heavy bleeding",
    ),
    ("urinary.kidney", "burning when I pee and a fever", "burning when I pee, no fever"),
    ("skin.bad-burn", "third degree burn on my hand", "no burn"),
    ("eye.chemical", "bleach splashed in my eye", "no bleach in my eye"),
    ("poisoning.overdose", "I took an overdose", "I did not overdose"),
    ("poisoning.child-dangerous", "my toddler ate iron tablets", "my toddler has not eaten any tablets"),
    (
        "medicine-interaction.anticoagulant-nsaid",
        "can I take ibuprofen with warfarin",
        "can I take vitamin C with food",
    ),
    ("medicine-interaction.maoi", "on phenelzine and took sudafed", "I stopped nothing and take no phenelzine"),
    ("medicine-interaction.nitrate-pde5", "can I use viagra with nitroglycerin", "I don't use viagra"),
    ("medicine-problem.double", "I took my carvedilol twice by mistake", "I did not take my carvedilol twice"),
    ("substance.route", "I snorted my adderall", "I have never snorted adderall"),
    ("collapse.unresponsive", "she won't wake up", "she is awake"),
    ("collapse.seizure", "he is having a seizure", "he is not having a seizure"),
    ("diabetes.dka", "type 1, vomiting, ketones are high and sugar is 450", "type 1, sugar is 110, no ketones"),
    ("diabetes.hypo-severe", "glucose 2.4 and I am confused", "glucose 5.4, not confused"),
    ("stomach-upset.dry", "vomiting and can't keep water down", "no vomiting, drinking well"),
    ("back-pain.cauda", "back pain and numb between my legs, wet myself", "back pain, no numbness"),
    ("cough-cold.airway", "sore throat and drooling, can't swallow my saliva", "sore throat, swallowing fine"),
    ("newborn-child.limp", "my baby is limp and floppy", "my baby is not floppy"),
    ("mental-health.command-voices", "voices tell me to kill myself", "I do not hear voices"),
    ("genital.torsion", "sudden pain in my testicle", "no pain in my testicle"),
    ("heat-cold.heatstroke", "heat stroke, he is confused", "in the shade, not confused"),
    ("general.severe-pain", "I have unbearable pain", "I have no severe pain"),
    ("dental.knocked-out", "her front tooth was knocked clean out", "no tooth was knocked out"),
    ("ear.mastoid-ill", "swollen and red behind his ear, fever 39", "no swelling behind his ear"),
    ("leg-swelling.lung", "calf is swollen and I can't catch my breath", "both legs fine, breathing fine"),
    ("falls-older.hip", "gran fell, one leg looks shorter", "gran fell asleep"),
    ("post-op.burst", "the wound burst open, I can see something pink", "the wound has not burst"),
    ("safeguarding.strangled", "he squeezed my neck until I passed out", "he never squeezed my neck"),
]


def test_every_protocol_with_more_than_routine_rules_has_a_message() -> None:
    serious = {r.protocol.id for r in PROTOCOLS.rules if r.definition.level is Level.EMERGENCY}
    assert serious <= {rule.split(".")[0] for rule, _, _ in MESSAGES}


@pytest.mark.parametrize(("rule", "said", "denied"), MESSAGES)
def test_words_fire_the_rule_and_their_denial_does_not(rule: str, said: str, denied: str) -> None:
    assert rule in {r.rule for r in service.assess(TriageInput(utterances=[said])).reasons}
    assert rule not in {r.rule for r in service.assess(TriageInput(utterances=[denied])).reasons}


HARMLESS = [
    "Should I take all my pills at the same time each day?",
    "I took 20 mg of lisinopril as prescribed",
    "What are the warning signs of a stroke I should know?",
    "I had a stroke 3 years ago and am doing well. When is my next checkup?",
    "I get seasonal allergies with itchy eyes and sneezing. No swelling or trouble breathing.",
    "My blood pressure is 128/82, is that ok?",
    "mild headache after a long day at the screen. No vision changes, numbness or stiff neck",
    "26 weeks pregnant and baby is moving well. Mild back ache. No bleeding, no headache.",
    "My daughter has a runny nose and is playing normally. No fever, breathing fine.",
    "I feel sad since my dog died but I'm not suicidal and have no thoughts of harming myself",
    "I cut my finger slicing onions, it stopped bleeding after a minute",
    "My son takes adderall as prescribed. Can he take it after lunch?",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_messages_are_no_emergency(text: str) -> None:
    result = service.assess(TriageInput(utterances=[text]))
    assert result.level not in (Level.EMERGENCY, Level.URGENT), [r.rule for r in result.reasons]
    assert not service.screen(text).emergency


def test_every_phrase_finds_its_finding() -> None:
    """A phrase that its own `except` shuts out would look like a rule and never work."""
    missed = []
    for name, definition in PROTOCOLS.findings.items():
        for phrase in definition.phrases:
            plain = all(word.isalpha() or word == "&" or word == ".." for word in phrase.split())
            text = " ".join(w for w in phrase.split() if w not in ("&", ".."))
            if plain and name not in PROTOCOLS.reader.read([text]).findings:
                missed.append(f"{name}: {phrase}")
    assert missed == []


def test_self_care_is_given_only_after_every_red_flag_was_denied() -> None:
    first = service.assess(TriageInput(utterances=["sore throat since yesterday"]))
    assert (first.level, first.status) == (Level.ROUTINE, "open")
    answers: dict[str, str] = {}
    result = first
    for _ in range(12):
        if not result.questions:
            break
        answers[result.questions[0].id] = "no"
        result = service.assess(TriageInput(utterances=["sore throat since yesterday"], answers=answers))
    assert (result.level, result.status) == (Level.SELF_CARE, "complete")
    first_question = next(iter(answers))
    unsure = service.assess(
        TriageInput(utterances=["sore throat since yesterday"], answers={**answers, first_question: "I don't know"})
    )
    assert unsure.level is Level.ROUTINE
    assert unsure.nurse_review
