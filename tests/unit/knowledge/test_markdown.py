"""Markdown with and without front matter."""

from __future__ import annotations

import pytest

from bedside.knowledge.parsing.markdown import LOCAL_PUBLISHER, parse_markdown
from bedside.knowledge.parsing.problems import ParseError

HEAD = """---
id: cold
title: Common cold
version: 2
clinical_review: reviewed
reviewed_by: A. Nurse
sources:
  nhs-cold: {title: "NHS: Cold", publisher: NHS, year: 2024, url: "https://www.nhs.uk/conditions/cold/"}
  who: {title: "WHO: Cold", publisher: WHO}
---
"""


def test_citations_belong_to_the_sentences_before_them() -> None:
    document = parse_markdown(
        HEAD + "# Common cold\n\n## Care\n\nRest. [nhs-cold] Drink. [who] [nhs-cold]\n\n- Keep warm. [who]\n", "file"
    )
    (passage,) = document.passages
    assert passage.heading == "Common cold: Care"
    assert passage.text == "Rest. Drink.\nKeep warm."
    assert [[c.publisher for c in s.citations] for s in passage.sentences] == [["NHS"], ["WHO", "NHS"], ["WHO"]]
    assert passage.sentences[0].citations[0].url == "https://www.nhs.uk/conditions/cold/"
    assert passage.sentences[0].citations[0].year == 2024


def test_head_is_read() -> None:
    head = parse_markdown(HEAD + "Rest. [who]", "file").head
    assert (head.key, head.title, head.version) == ("article/cold", "Common cold", "2")
    assert head.clinical_review == "reviewed (A. Nurse)"
    assert head.publisher == LOCAL_PUBLISHER


def test_plain_markdown_takes_its_title_from_the_first_heading() -> None:
    document = parse_markdown(
        "# Ward 3 visiting\n\nVisits are from 2 to 4. **No** [children](http://x.example).", "visiting"
    )
    assert document.head.title == "Ward 3 visiting"
    assert document.head.key == "article/visiting"
    assert document.passages[0].text == "Visits are from 2 to 4. No children."
    assert document.passages[0].sentences[0].citations == ()


def test_plain_text_takes_its_title_from_the_file() -> None:
    document = parse_markdown("Just one sentence.", "ward-3_rules")
    assert document.head.title == "ward 3 rules"
    assert document.passages[0].heading == "ward 3 rules"


def test_brackets_are_text_where_no_sources_are_listed() -> None:
    assert parse_markdown("Take [one] tablet.", "a").passages[0].text == "Take [one] tablet."


def test_heading_path_follows_levels() -> None:
    document = parse_markdown("# A\n\nx.\n\n## B\n\n### C\n\ny.\n\n## D\n\nz.\n", "n")
    assert [passage.heading for passage in document.passages] == ["A", "A: B: C", "A: D"]


def test_tables_quotes_and_code_keep_their_words() -> None:
    text = "# T\n\n| drug | dose |\n|---|---|\n| zinc | 1 mg |\n\n> Quoted words here.\n\n```\ncode words\n```\n"
    joined = " ".join(passage.text for passage in parse_markdown(text, "n").passages)
    for words in ("zinc, 1 mg", "Quoted words here.", "code words"):
        assert words in joined


def test_html_is_not_kept() -> None:
    text = "# T\n\n<script>alert(1)</script>\n\nHello <b onclick='x()'>there</b> friend.\n"
    joined = " ".join(passage.text for passage in parse_markdown(text, "n").passages)
    assert joined == "Hello there friend."


def test_a_reference_definition_cannot_turn_a_marker_into_a_link() -> None:
    text = HEAD + "Rest. [who]\n\n[who]: javascript:alert(1)\n"
    with pytest.raises(ParseError, match="no source"):
        parse_markdown(text, "n")


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("---\ntitle: x\n", "not closed", 1),
        ("---\ntitle: [x\n---\nText.", "not valid YAML", None),
        ("---\n- a\n---\nText.", "key: value", 1),
        ("---\ntitel: x\n---\nText.", "titel", 1),
        ("---\nlanguage: fr\n---\nTexte.", "language", 1),
        ("---\nurl: javascript:alert(1)\n---\nText.", "url", 1),
        ("---\nid: ../../etc\n---\nText.", "id", 1),
        ("---\nid: x\n---\n", "no text", None),
        ("", "no text", None),
        ("# Only a heading", "no text", None),
        (HEAD + "\n\nRest. [nobody]", "nobody", 13),
        (HEAD + "Rest without a source.", "no source", None),
        (HEAD + "Rest. [who] Sleep.", "no source", None),
        ("---\nsources:\n  a: {title: x, publisher: y, url: 'file:///etc/passwd'}\n---\nText. [a]", "url", 1),
        ("---\n" + "a: &a [x]\n" * 10_000 + "---\nText.", "longer than", 1),
        ("---\na: !!python/object/apply:os.system ['true']\n---\nText.", "not valid YAML", None),
    ],
)
def test_faults_are_explained(text: str, message: str, line: int | None) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        parse_markdown(text, "n")
    if line is not None:
        assert caught.value.line == line


def test_deep_nesting_does_no_harm() -> None:
    text = "# T\n\n" + "> " * 5_000 + "deep.\n\n" + "\n".join("  " * n + "- item" for n in range(500))
    assert parse_markdown(text + "\n\nEnd.", "n").passages
