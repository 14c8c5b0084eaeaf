"""Cutting sections into passages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bedside.knowledge.parsing.documents import Citation, DraftSentence, Section
from bedside.knowledge.parsing.passages import MAX_WORDS, MIN_WORDS, cut, words

SENTENCE = "Rest at home and drink plenty of water every day."


def _section(count: int, heading: str = "Care") -> Section:
    return Section((heading,), [DraftSentence(f"{SENTENCE} {number}") for number in range(count)])


def test_offsets_give_the_sentences_back() -> None:
    section = _section(40)
    passages = cut("k", "Cold", [section])
    found = [p.text[s.start : s.end] for p in passages for s in p.sentences]
    assert found == [sentence.text for sentence in section.sentences]


def test_lengths_are_bounded_and_even() -> None:
    lengths = [words(passage.text) for passage in cut("k", "Cold", [_section(60)])]
    assert max(lengths) <= MAX_WORDS
    assert min(lengths) >= MIN_WORDS


def test_sections_are_not_mixed() -> None:
    passages = cut("k", "Cold", [_section(2, "Care"), _section(2, "Children")])
    assert [passage.heading for passage in passages] == ["Cold: Care", "Cold: Children"]


def test_ids_are_stable_and_follow_the_content() -> None:
    sections = [_section(4), _section(4, "Children")]
    before = cut("k", "Cold", sections)
    assert cut("k", "Cold", sections) == before
    changed = _section(4)
    changed.sentences[0] = DraftSentence("Changed by the author.")
    after = cut("k", "Cold", [changed, sections[1]])
    assert after[0].id != before[0].id
    assert after[1].id == before[1].id
    assert not {p.id for p in cut("other", "Cold", sections)} & {p.id for p in before}


def test_a_changed_citation_is_a_changed_passage() -> None:
    cited = Section((), [DraftSentence(SENTENCE, (Citation("NHS: Cold", "NHS"),))])
    other = Section((), [DraftSentence(SENTENCE, (Citation("WHO: Cold", "WHO"),))])
    assert cut("k", "Cold", [cited])[0].id != cut("k", "Cold", [other])[0].id


def test_the_same_text_twice_has_two_ids() -> None:
    passages = cut("k", "Cold", [_section(1), _section(1)])
    assert len({passage.id for passage in passages}) == 2


def test_no_sentence_no_passage() -> None:
    assert cut("k", "Cold", [Section(()), Section(("A",))]) == ()


@given(st.lists(st.integers(min_value=1, max_value=700), min_size=1, max_size=30))
def test_any_sentence_lengths_fit(lengths: list[int]) -> None:
    section = Section((), [DraftSentence(" ".join(["word"] * length)) for length in lengths])
    passages = cut("k", "T", [section])
    assert all(words(passage.text) <= MAX_WORDS for passage in passages)
    assert sum(words(passage.text) for passage in passages) == sum(lengths)
    for passage in passages:
        assert passage.sentences[0].start == 0
        assert passage.sentences[-1].end == len(passage.text)


def test_a_very_long_list_is_cut_between_items() -> None:
    items = "\n".join(f"- item number {number} of the list" for number in range(100))
    passages = cut("k", "T", [Section((), [DraftSentence("Lead in:\n" + items)])])
    assert len(passages) > 1
    for passage in passages:
        for sentence in passage.sentences:
            assert passage.text[sentence.start : sentence.end].endswith("of the list")
