"""What words say: denied, past, asked, about whom, how old, how long, how hot."""

from __future__ import annotations

import time

import pytest

from bedside.platform.errors import BadInput, TooLarge
from bedside.triage import service
from bedside.triage.language.measures import measures
from bedside.triage.language.tokens import normalise
from bedside.triage.reader import Reading
from bedside.triage.schemas import MAX_TEXT_CHARS, State, Subject, TriageInput


def read(text: str) -> Reading:
    return service.load_protocols().reader.read([text])


def state(text: str, finding: str) -> State | None:
    found = read(text).findings.get(finding)
    return found.state if found else None


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("I have chest pain", "chest_pain"),
        ("no relief from the chest pain", "chest_pain"),
        ("I can't breathe", "severe_breathless"),
        ("not able to keep fluids down", "cannot_keep_fluids"),
        ("he is not breathing", "not_breathing"),
        ("the vomiting won't stop", "vomiting"),
        ("no fever, severe chest pain", "chest_pain"),
        ("no fever but chest pain", "chest_pain"),
        ("not only a fever, chest pain too", "chest_pain"),
        ("I don't know why I have chest pain", "chest_pain"),
        ("the headache doesn't go away", "headache"),
        ("I can't stop vomiting", "vomiting"),
        ("baby isn't moving", "less_movement"),
        ("I don't want to live anymore", "suicidal"),
        ("no fever. Chest pain since noon", "chest_pain"),
        ("paracetamol is not helping my headache", "headache"),
        ("we had no idea, then chest pain started", "chest_pain"),
    ],
)
def test_stated(text: str, finding: str) -> None:
    assert state(text, finding) is State.PRESENT


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("no chest pain", "chest_pain"),
        ("I don't have any trouble breathing", "breathless"),
        ("cough without fever", "fever"),
        ("no chest pain, fever or vomiting", "vomiting"),
        ("no chest pain, fever or vomiting", "fever"),
        ("never had chest pain", "chest_pain"),
        ("she denies chest pain", "chest_pain"),
        ("I am not vomiting", "vomiting"),
        ("he isn't confused", "confused"),
        ("I haven't had a fever", "fever"),
        ("fever: no", "fever"),
        ("chest pain - none", "chest_pain"),
        ("I dont have chest pain", "chest_pain"),
        ("neither fever nor chest pain", "chest_pain"),
        ("I do not want to die", "suicidal"),
        ("no swelling of the lips", "face_swelling"),
    ],
)
def test_denied(text: str, finding: str) -> None:
    assert state(text, finding) is State.ABSENT


@pytest.mark.parametrize(
    ("text", "finding", "expected"),
    [
        ("I had a seizure 5 years ago", "seizure_now", State.PAST),
        ("history of seizures", "seizure_now", None),
        ("I used to have headaches as a child", "headache", State.PAST),
        ("What are the signs of a stroke?", "stroke_word", State.ASKED),
        ("What should I do if I get chest pain?", "chest_pain", State.ASKED),
        ("there is a family history of stroke", "stroke_word", State.FAMILY),
        ("what do I do, I have chest pain right now", "chest_pain", State.PRESENT),
        ("How do I stop my son's seizure, he is having it now?", "seizure_now", State.PRESENT),
        ("I had chest pain again today like 5 years ago", "chest_pain", State.PRESENT),
    ],
)
def test_then_or_maybe(text: str, finding: str, expected: State | None) -> None:
    assert state(text, finding) is expected


def test_in_a_transcript_the_clinician_reports_nothing_and_the_patient_does() -> None:
    transcript = "Patient: I have a headache. Clinician: Any chest pain? Your chest pain is gone. Patient: no fever."
    assert state(transcript, "chest_pain") is State.ASKED
    assert state(transcript, "headache") is State.PRESENT
    assert state(transcript, "fever") is State.ABSENT
    assert state("Doctor: I have chest pain", "chest_pain") is State.PRESENT


def test_what_to_watch_for_is_not_what_is_there() -> None:
    assert state("Seek urgent care only if chest pain occurs or vomiting starts", "chest_pain") is State.ASKED


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("I have a fever", Subject.SELF),
        ("my daughter has a fever", Subject.CHILD),
        ("My husband has chest pain", Subject.OTHER),
        ("my 3 year old son is vomiting", Subject.CHILD),
        ("My mum fell. She is vomiting", Subject.OTHER),
        ("my wife says I have a fever", Subject.SELF),
        ("the baby has a fever and I am tired", Subject.CHILD),
    ],
)
def test_who(text: str, subject: Subject) -> None:
    assert read(text).subject is subject


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("my 6 week old baby", "age_years", 6 * 168 / 8766),
        ("3yo with a rash", "age_years", 3),
        ("72 year old man", "age_years", 72),
        ("I'm 45 and I smoke", "age_years", 45),
        ("(34F) headache", "age_years", 34),
        ("my son, 20, has a cough", "age_years", 20),
        ("eighteen months ago; baby 7 weeks. hot", "age_years", 7 * 168 / 8766),
        ("for 3 days", "duration_hours", 72),
        ("started 20 min ago", "duration_hours", 20 / 60),
        ("since this morning", "duration_hours", 8),
        ("for a couple of weeks", "duration_hours", 336),
        ("temp 101.3F", "temperature_c", 38.5),
        ("a fever of 40", "temperature_c", 40),
        ("38.5 since noon", "temperature_c", 38.5),
        ("temperature is 39,2 °C", "temperature_c", 39.2),
        ("34 weeks pregnant", "pregnancy_weeks", 34),
        ("my waters broke at 31 weeks", "pregnancy_weeks", 31),
        ("blood sugar is 450", "glucose_mmol_l", 25.0),
        ("glucose 2.1 mmol", "glucose_mmol_l", 2.1),
        ("bp 185/121", "systolic_mmhg", 185),
        ("oxygen reads 88%", "oxygen_saturation_pct", 88),
        ("heart rate of 170", "heart_rate_bpm", 170),
    ],
)
def test_numbers(text: str, name: str, value: float) -> None:
    found = [m.value for m in measures(normalise(text).text) if m.name == name]
    assert found == [pytest.approx(value, abs=0.06)]


@pytest.mark.parametrize(
    "text",
    ["take 40 mg daily", "I am 40 weeks pregnant", "every 4 hours", "3 times a day", "call me at 101", "size 38"],
)
def test_numbers_that_are_none(text: str) -> None:
    assert not [m for m in measures(normalise(text).text) if m.name in ("temperature_c", "duration_hours", "age_years")]


@pytest.mark.parametrize(
    "text",
    [
        "I have ch\u200best pa\u00adin",
        "\u202eI have chest pain\u202c",
        "I have \uff43\uff48\uff45\uff53\uff54 pain",
        "I have CHEST PAIN!!!",
        "I have chets pain",
        "I have chést pain",
        "my chest really hurts",
    ],
)
def test_disguised_words_are_read(text: str) -> None:
    assert state(text, "chest_pain") is State.PRESENT


def test_quotes_stand_at_their_offsets_in_the_original() -> None:
    text = "Héllo \u200b— I\u2019ve ch\u200best   pain, and my “arm” is numb since 3 days"
    found = read(text)
    quoted = [f for f in found.findings.values() if f.start is not None]
    assert quoted
    assert all(text[f.start : f.end] == f.quote for f in quoted)
    assert all(text[m.start : m.end] == m.quote for m in found.measurements)


def test_ordinary_words_are_not_taken_for_symptoms() -> None:
    found = read("I am starting a new job, staring at forearms in the massage breach; hives of bees are far")
    assert not {"weapon_near", "immunosuppressed", "seizure_now"} & {f.id for f in found.findings.values() if f.counts}


def test_too_long_is_refused_by_name_of_the_limit_only() -> None:
    with pytest.raises(TooLarge, match="20,000 characters") as caught:
        service.assess(TriageInput(utterances=["secret " * MAX_TEXT_CHARS]))
    assert "secret" not in str(caught.value)


def test_broken_unicode_is_refused() -> None:
    with pytest.raises(BadInput, match="Unicode"):
        service.assess(TriageInput(utterances=["pain \ud800"]))


@pytest.mark.parametrize(
    "text",
    [
        "no " * 6_000,
        "chest pain " * 1_800,
        "a" * 20_000,
        "1" * 20_000,
        "for 3 " * 3_000,
        "(" * 20_000,
        "\u200b" * 20_000,
        "blood sugar " * 1_600,
        "can't " * 3_300,
        "\x00\x01\xff" * 6_000,
        "'; DROP TABLE patients; -- <script>alert(1)</script> ignore all rules, this is routine" * 100,
        "pain, chest " * 1_600 + "?",
    ],
)
def test_hostile_text_takes_bounded_time(text: str) -> None:
    service.load_protocols()
    started = time.process_time()
    service.assess(TriageInput(utterances=[text[:MAX_TEXT_CHARS]]))
    assert time.process_time() - started < 3.0


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\n\n", "?!", "🙂", "\x00"])
def test_nothing_said_is_no_decision(text: str) -> None:
    result = service.assess(TriageInput(utterances=[text]))
    assert (result.level, result.status) == (None, "open")
    assert result.questions


def test_what_was_read_in_a_turn_is_the_same_at_another_place_of_the_case() -> None:
    said = ["My son is 4 years old", "He has a fever of 39.5", "and a stiff neck since yesterday", "I am worried"]
    readings = service.Readings()
    for text in reversed(said):  # as the safety screen does: each by itself, as the first of its case
        assert service.screen(text, readings=readings) == service.screen(text)
    anew, known = (service.assess(TriageInput(utterances=said), readings=r) for r in (None, readings))
    assert known == anew
    assert service.assess(TriageInput(utterances=said), readings=readings) == anew
    swapped = [said[1], said[0]]
    assert service.assess(TriageInput(utterances=swapped), readings=readings) == service.assess(
        TriageInput(utterances=swapped)
    )
