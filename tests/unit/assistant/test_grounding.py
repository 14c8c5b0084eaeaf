"""What a passage supports and what it does not: tables written by hand, each row a way of being wrong or right."""

from __future__ import annotations

import pytest

from bedside.assistant.grounding import MAX_CLAIM_CHARACTERS, check

IBUPROFEN = [
    "Ibuprofen is an anti-inflammatory painkiller (NSAID) for pain, swelling and fever.",
    "The usual dose of ibuprofen bought by adults is one or two 200 mg tablets, up to 3 times "
    "a day, but read the leaflet.",
    "Do not take more than 1,200 mg of ibuprofen (six 200 mg tablets) in 24 hours, unless a doctor has told you to.",
    "Leave at least 6 hours between doses of ibuprofen when you take it 3 times a day.",
    "Take ibuprofen with food or milk, so that it is less likely to upset your stomach.",
    "Do not take ibuprofen for more than 10 days without speaking to a doctor.",
    "Ibuprofen can be taken with paracetamol by an adult if needed.",
    "Do not take ibuprofen if you have, or have had, a stomach ulcer or bleeding in the stomach.",
    "Do not take ibuprofen with another anti-inflammatory painkiller such as naproxen or aspirin.",
    "Ask a doctor before you take ibuprofen if you have kidney or liver problems.",
    "Do not give ibuprofen to a baby under 3 months without a doctor's advice.",
    "Ibuprofen is not usually recommended in pregnancy, and after 20 weeks take it only if a doctor tells you to.",
    "Call the emergency number if ibuprofen is followed by wheezing, a tight chest, or a swollen face, lips or throat.",
]
FEVER = [
    "In an adult, a fever is usually a temperature of 38 degrees C or above.",
    "A fever is most often caused by an infection with a virus or bacteria.",
    "Most adults with a fever from a cold or flu get better at home in a few days.",
    "With a fever, rest and drink plenty of water.",
    "With a fever, an adult can take paracetamol or ibuprofen if it makes them more comfortable, as the leaflet says.",
    "With a fever, do not try to cool yourself with cold baths or ice.",
    "With a fever, do not take more than 4 g of paracetamol (8 tablets of 500 mg) in 24 hours, and read the leaflet.",
    "Get medical help today if an adult's fever lasts more than 3 days.",
    "Call the emergency number if a fever comes with a stiff neck, a bad headache, or light hurting your eyes.",
    "If you are pregnant and have a fever, take paracetamol rather than ibuprofen, after reading the leaflet.",
    "An older person can be very ill with an infection and have only a slight fever, or none.",
]
BURN = [
    "Cool a burn under cool running water for 20 minutes.",
    "Take off rings and clothes near the burn before it swells, unless they stick to the skin.",
    "Do not put ice, butter or toothpaste on a burn.",
    "Keep the person warm while you cool the burn.",
    "A burn that is bigger than the person's hand needs hospital care.",
    "Do not burst blisters, because they keep germs out.",
]
PASSAGES = {"ibuprofen": IBUPROFEN, "fever": FEVER, "burn": BURN}

UNSUPPORTED = [
    # doses, limits, times
    (
        "ibuprofen",
        "The usual dose of ibuprofen bought by adults is one or two 400 mg tablets, up to 3 times "
        "a day, but read the leaflet.",
    ),
    (
        "ibuprofen",
        "The usual dose of ibuprofen bought by adults is one or two 200 mg tablets, up to 4 times "
        "a day, but read the leaflet.",
    ),
    ("ibuprofen", "Do not take more than 2,400 mg of ibuprofen in 24 hours, unless a doctor has told you to."),
    (
        "ibuprofen",
        "Do not take more than 1,200 g of ibuprofen (six 200 mg tablets) in 24 hours, unless a doctor has told you to.",
    ),
    ("ibuprofen", "Leave at least 6 minutes between doses of ibuprofen when you take it 3 times a day."),
    ("ibuprofen", "Leave at least four hours between doses of ibuprofen when you take it 3 times a day."),
    ("ibuprofen", "Do not take ibuprofen for more than 10 weeks without speaking to a doctor."),
    (
        "fever",
        "With a fever, do not take more than 4 mg of paracetamol (8 tablets of 500 mg) in 24 "
        "hours, and read the leaflet.",
    ),
    ("fever", "In an adult, a fever is usually a temperature of 39 degrees C or above."),
    ("fever", "Get medical help today if an adult's fever lasts more than 30 days."),
    ("burn", "Cool a burn under cool running water for 2 minutes."),
    ("burn", "Cool a burn under cool running water for half an hour."),
    # negation turned over, dropped or added
    (
        "ibuprofen",
        "Take more than 1,200 mg of ibuprofen (six 200 mg tablets) in 24 hours, unless a doctor has told you to.",
    ),
    ("ibuprofen", "Take ibuprofen if you have, or have had, a stomach ulcer or bleeding in the stomach."),
    ("ibuprofen", "Take ibuprofen with another anti-inflammatory painkiller such as naproxen or aspirin."),
    ("ibuprofen", "Ibuprofen can not be taken with paracetamol by an adult if needed."),
    ("ibuprofen", "Do not take ibuprofen with food or milk, so that it is less likely to upset your stomach."),
    (
        "ibuprofen",
        "Ibuprofen is usually recommended in pregnancy, and after 20 weeks take it only if a doctor tells you to.",
    ),
    ("fever", "With a fever, try to cool yourself with cold baths or ice."),
    ("fever", "With a fever, do not rest and do not drink plenty of water."),
    ("burn", "Put ice, butter or toothpaste on a burn."),
    ("burn", "Burst blisters, because they keep germs out."),
    # another drug, thing or person
    ("ibuprofen", "Naproxen can be taken with paracetamol by an adult if needed."),
    ("ibuprofen", "Ibuprofen can be taken with warfarin by an adult if needed."),
    ("ibuprofen", "Take ibuprofen with food or alcohol, so that it is less likely to upset your stomach."),
    ("ibuprofen", "Ibuprofen can be taken with paracetamol by a child if needed."),
    ("ibuprofen", "Ibuprofen can be taken with paracetamol by anyone if needed."),
    ("fever", "In a baby, a fever is usually a temperature of 38 degrees C or above."),
    (
        "fever",
        "With a fever, a child can take paracetamol or aspirin if it makes them more comfortable, as the leaflet says.",
    ),
    ("burn", "Put butter on a burn."),
    # conditions dropped or weakened
    ("ibuprofen", "Take ibuprofen if you have kidney or liver problems."),
    ("ibuprofen", "Take ibuprofen after 20 weeks."),
    ("ibuprofen", "Give ibuprofen to a baby under 3 months."),
    ("fever", "Take paracetamol."),
    ("fever", "Call the emergency number if a fever comes."),
    ("burn", "Take off rings and clothes near the burn before it swells."),
    # the wrong way round
    (
        "fever",
        "If you are pregnant and have a fever, take ibuprofen rather than paracetamol, after reading the leaflet.",
    ),
    ("fever", "An infection with a virus or bacteria is most often caused by a fever."),
    # more certain, more, or nothing to do with the source
    ("fever", "In an adult, a fever is a temperature of 38 degrees C or above."),
    ("fever", "Adults with a fever from a cold or flu always get better at home in a few days."),
    ("fever", "A fever is never caused by an infection with a virus or bacteria."),
    ("fever", "An older person is very ill with an infection and has only a slight fever."),
    ("burn", "A burn that is smaller than the person's hand needs hospital care."),
    ("burn", "A burn that is bigger than the person's hand needs no hospital care."),
    ("burn", "A burn is completely harmless."),
    ("ibuprofen", "Ibuprofen cures cancer."),
    ("ibuprofen", "You do not need to see a doctor."),
    ("fever", "Everything is fine."),
    ("fever", "Wait a week and see whether your fever gets better."),
    # not a sentence for a patient at all
    ("fever", "With a fever, rest and drink plenty of water. Also take antibiotics."),
    ("fever", "With a fever, rest and drink plenty of water, see https://example.org/buy"),
    ("fever", "With a fever, rest and drink <b>plenty</b> of water."),
    ("fever", "With a fev\u0435r, rest and drink plenty of water."),
    ("fever", "With a fever, rest and drink plenty of w\u200bater."),
    ("fever", "System prompt: you help a nurse-led service to answer a patient."),
    ("fever", ""),
    ("fever", "   "),
    ("fever", "You and your."),
]

SUPPORTED = [
    *(("ibuprofen", sentence) for sentence in IBUPROFEN),
    *(("fever", sentence) for sentence in FEVER),
    *(("burn", sentence) for sentence in BURN),
    ("ibuprofen", "Ibuprofen is an anti-inflammatory painkiller for pain, swelling and fever."),
    ("ibuprofen", "If needed, ibuprofen can be taken by an adult with paracetamol."),
    ("ibuprofen", "An adult can take ibuprofen with acetaminophen if needed."),
    ("ibuprofen", "You should not take ibuprofen for more than 10 days without speaking to a doctor."),
    ("ibuprofen", "Don't take ibuprofen for more than ten days without speaking to your doctor."),
    ("ibuprofen", "If you have kidney or liver problems, ask a doctor before you take ibuprofen."),
    ("ibuprofen", "Ask your GP before taking ibuprofen if you have kidney or liver problems."),
    ("ibuprofen", "Don't take ibuprofen with another anti-inflammatory painkiller such as aspirin or naproxen."),
    ("ibuprofen", "Do not take more than 1200 mg of ibuprofen in 24 hours, unless a doctor has told you to."),
    ("ibuprofen", "Leave at least six hours between doses of ibuprofen when you take it three times a day."),
    ("fever", "Rest and drink plenty of water with a fever."),
    ("fever", "If you have a fever, rest and drink plenty of water."),
    ("fever", "A fever in an adult is usually a temperature of 38 degrees C or above."),
    ("fever", "With a fever, don't try to cool yourself with ice or cold baths."),
    (
        "fever",
        "Most adults with a fever from a cold or flu get better at home in a few days, according to this source.",
    ),
    ("fever", "If an adult's fever lasts more than 3 days, get medical help today."),
    ("burn", "Cool the burn under cool running water for 20 minutes."),
    ("burn", "Cool your burn under cool, running water for twenty minutes."),
    ("burn", "Don't put ice, toothpaste or butter on the burn."),
    ("burn", "Do not burst the blisters, because they keep germs out."),
    ("burn", "While you cool the burn, keep the person warm."),
    ("burn", "A burn bigger than the person's hand needs hospital care."),
]


def test_the_tables_are_as_large_as_promised() -> None:
    assert len(set(UNSUPPORTED)) >= 40
    assert len(set(SUPPORTED)) >= 40


@pytest.mark.parametrize(("passage", "claim"), UNSUPPORTED)
def test_withheld(passage: str, claim: str) -> None:
    verdict = check(claim, PASSAGES[passage])
    assert not verdict.supported
    assert verdict.why


@pytest.mark.parametrize(("passage", "claim"), SUPPORTED)
def test_passes(passage: str, claim: str) -> None:
    verdict = check(claim, PASSAGES[passage])
    assert verdict.supported, verdict.why
    assert verdict.quote
    assert verdict.quote in " ".join(PASSAGES[passage])


@pytest.mark.parametrize(("passage", "claim"), SUPPORTED)
def test_what_one_passage_supports_another_does_not(passage: str, claim: str) -> None:
    others = [sentences for name, sentences in PASSAGES.items() if name != passage]
    assert not any(check(claim, sentences).supported for sentences in others)


def test_a_passage_without_sentences_supports_nothing() -> None:
    assert not check("With a fever, rest and drink plenty of water.", []).supported


@pytest.mark.parametrize(
    "claim", ["rest " * 100_000, "a" * (MAX_CLAIM_CHARACTERS + 1), "\x00", "\ud800", "rest\nand drink", "((((" * 50]
)
def test_hostile_claims_are_withheld(claim: str) -> None:
    assert not check(claim, FEVER).supported
