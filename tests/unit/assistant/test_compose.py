"""Which sentences answer, and how they are cited."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from bedside.assistant.compose import MAX_SENTENCES, about_topic, compose
from bedside.assistant.terms import content_stems
from bedside.knowledge.schemas import PassageSentence, SearchHit, SourceReference
from bedside.triage.schemas import Level

SOURCE = UUID("01890000-0000-7000-8000-000000000001")


def hit(title: str, heading: str, *texts: str, similarity: float | None = 0.7, source: UUID = SOURCE) -> SearchHit:
    sentences, at = [], 0
    for text in texts:
        reference = SourceReference(title=f"NHS: {title}", publisher="NHS", url="https://www.nhs.uk/x")
        sentences.append(PassageSentence(text=text, start=at, end=at + len(text), citations=[reference]))
        at += len(text) + 1
    return SearchHit(
        passage_id=uuid4(),
        source_id=source,
        kind="starter",
        title=title,
        heading=f"{title}: {heading}",
        publisher="Bedside",
        url=None,
        year=2024,
        licence=None,
        clinical_review=None,
        text=" ".join(texts),
        sentences=sentences,
        score=0.03,
        similarity=similarity,
        text_match="some",
    )


HOME = hit(
    "Sore throat",
    "What you can do at home",
    "With a sore throat, drink plenty of water.",
    "A sore throat usually gets better at home in a week.",
    "With a sore throat, rest.",
)
CHILD = hit("Sore throat", "Children", "Do not give a child with a sore throat hard sweets.")


def test_every_sentence_is_quoted_and_numbered_in_order() -> None:
    answer = compose("what helps with a sore throat?", [HOME], level=None)
    assert [n for _, n in answer.sentences] == [1, 2, 3]
    for (sentence, number), citation in zip(answer.sentences, answer.citations, strict=True):
        assert (citation.number, citation.quote) == (number, sentence)
        assert citation.passage_id == str(HOME.passage_id)
        assert citation.title == "NHS: Sore throat"
        assert sentence in HOME.text


def test_no_more_than_a_few() -> None:
    many = hit("Sore throat", "x", *(f"With a sore throat, do thing {n}." for n in range(50)))
    assert len(compose("sore throat", [many], level=None).sentences) == MAX_SENTENCES
    assert len(about_topic("sore throat", [many], level=None).sentences) == MAX_SENTENCES


@pytest.mark.parametrize("level", [Level.URGENT, Level.EMERGENCY])
def test_an_urgent_case_is_not_reassured(level: Level) -> None:
    assert "gets better" not in compose("sore throat", [HOME], level=level).text
    assert "gets better" in compose("sore throat", [HOME], level=Level.ROUTINE).text


def test_passages_about_children_need_a_child() -> None:
    assert not compose("sore throat sweets", [CHILD], level=None).sentences
    assert compose("sore throat sweets", [CHILD], level=None, context="my son has it").sentences


@pytest.mark.parametrize("query", ["", "?", "can I take it", "12345", "\u200b", "capital of France", "a" * 5000])
def test_what_is_not_asked_of_the_sources_gets_nothing(query: str) -> None:
    assert not compose(query, [HOME], level=None).sentences


def test_what_is_far_off_gets_nothing() -> None:
    far = HOME.model_copy(update={"similarity": 0.2})
    assert not compose("sore throat", [far], level=None).sentences
    assert not about_topic("sore throat", [far], level=None).sentences
    assert not about_topic("knee", [HOME.model_copy(update={"similarity": 0.5})], level=None).sentences


def test_without_vectors_words_decide() -> None:
    blind = HOME.model_copy(update={"similarity": None})
    assert compose("sore throat", [blind], level=None).sentences
    assert about_topic("sore throat", [blind], level=None).sentences
    assert not about_topic("sore knee", [blind], level=None).sentences


def test_a_topic_does_not_mix_with_another() -> None:
    other = hit("Tonsillitis", "x", "With tonsillitis, rest.", similarity=0.66, source=uuid4())
    assert {c.passage_id for c in about_topic("sore throat", [HOME, other], level=None).citations} == {
        str(HOME.passage_id)
    }


def test_no_hits_no_answer() -> None:
    assert not compose("sore throat", [], level=None).sentences
    assert not about_topic("sore throat", [], level=None).sentences


STROKE = hit(
    "Stroke",
    "What it is",
    "A stroke happens when the blood supply to part of the brain is cut off.",
    "A mini-stroke has the same signs as a stroke but they go away within 24 hours.",
    "Call the emergency number if someone's face has dropped on one side, as this may be a stroke.",
    "People may feel tired for months after a stroke.",
    "Do not drive yourself to hospital with a stroke.",
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What are the signs of a stroke?", ("face has dropped", "may feel tired")),
        ("How do I know if it's a stroke?", ("face has dropped", "may feel tired")),
        ("How long does a stroke last?", ("24 hours", "for months")),
    ],
)
def test_sentences_that_tell_what_is_asked_are_the_answer(question: str, told: tuple[str, ...]) -> None:
    answer = compose(question, [STROKE], level=None)
    assert len(answer.sentences) == len(told)
    assert all(words in answer.text for words in told)


def test_where_no_sentence_tells_the_aspect_the_topic_is_told() -> None:
    plain = hit("Stroke", "What it is", "A stroke happens when the blood supply to part of the brain is cut off.")
    assert "blood supply" in compose("What are the signs of a stroke?", [plain], level=None).text


def test_it_is_is_no_topic() -> None:
    assert "it" not in content_stems("How do I know if it's meningitis?")
