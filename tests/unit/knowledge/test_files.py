"""Files of every kind, good and bad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bedside.knowledge.parsing.documents import Document
from bedside.knowledge.parsing.files import MAX_LINE_BYTES, MAX_MARKDOWN_BYTES, read_documents
from bedside.knowledge.parsing.problems import Problem
from bedside.knowledge.parsing.records import MEDLINEPLUS

TOPIC = {
    "id": "351",
    "title": "Sore Throat",
    "url": "https://medlineplus.gov/sorethroat.html",
    "summary": "Short.",
    "text": "Your throat may hurt. What causes it?\nWhat causes a sore throat?\nViruses cause most sore throats.\n\n"
    "NIH: National Institute of Allergy and Infectious Diseases",
}
ANSWER = {
    "id": "CDC-1-2",
    "source": "CDC",
    "url": "http://www.cdc.gov/flu/",
    "focus": "Flu",
    "type": "treatment",
    "question": "What are the treatments for Flu ?",
    "answer": "Summary : Rest helps. Antivirals may be prescribed.",
}


def _read(path: Path) -> tuple[list[Document], list[Problem]]:
    found = list(read_documents(path))
    return [one for one in found if isinstance(one, Document)], [one for one in found if isinstance(one, Problem)]


def _lines(folder: Path, *lines: Any) -> Path:
    path = folder / "data.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), encoding="utf-8")
    return path


def test_topic(tmp_path: Path) -> None:
    (document,), problems = _read(_lines(tmp_path, TOPIC))
    assert not problems
    assert document.head.key == "data/351"
    assert document.head.publisher == MEDLINEPLUS
    assert "Public domain" in str(document.head.licence)
    assert [p.heading for p in document.passages] == ["Sore Throat", "Sore Throat: What causes a sore throat?"]
    assert document.passages[1].text == "Viruses cause most sore throats."


def test_answer(tmp_path: Path) -> None:
    (document,), problems = _read(_lines(tmp_path, ANSWER))
    assert not problems
    assert document.head.title == "Flu"
    assert document.head.publisher == "Centers for Disease Control and Prevention"
    assert document.passages[0].heading == "Flu: What are the treatments for Flu ?"
    assert document.passages[0].text == "Rest helps. Antivirals may be prescribed."


def test_blank_optional_members_are_as_absent(tmp_path: Path) -> None:
    (document,), problems = _read(_lines(tmp_path, {**ANSWER, "focus": " "}))
    assert not problems
    assert document.head.title == ANSWER["question"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{not json", "not valid JSON"),
        ("[1, 2]", "not a JSON object"),
        ("null", "not a JSON object"),
        ("[" * 100_000, "not valid JSON"),
        ({}, "needs id"),
        ({"id": "1", "title": "x"}, "needs id"),
        ({**TOPIC, "id": None}, "id"),
        ({**TOPIC, "id": ""}, "id"),
        ({**TOPIC, "id": True}, "id"),
        ({**TOPIC, "text": 5}, "text"),
        ({**TOPIC, "text": ["a"]}, "text"),
        ({**TOPIC, "text": " ", "summary": "<p></p>"}, "no text"),
        ({**TOPIC, "title": "x" * 501}, "title"),
        ({**TOPIC, "url": "javascript:alert(1)"}, "url"),
        ({**TOPIC, "url": "not a url"}, "url"),
        ({**TOPIC, "url": None}, "publisher"),
        ({**TOPIC, "year": 20240}, "year"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path, line: Any, message: str) -> None:
    documents, problems = _read(_lines(tmp_path, TOPIC, line, ANSWER))
    assert [document.head.key for document in documents] == ["data/351", "data/CDC-1-2"]
    assert len(problems) == 1
    assert problems[0].line == 2
    assert message in problems[0].message
    assert str(problems[0]).startswith("data.jsonl:2: ")


def test_a_repeated_id_is_skipped(tmp_path: Path) -> None:
    documents, problems = _read(_lines(tmp_path, TOPIC, TOPIC))
    assert len(documents) == 1
    assert problems[0].line == 2


def test_an_overlong_line_is_skipped(tmp_path: Path) -> None:
    documents, problems = _read(_lines(tmp_path, {**TOPIC, "text": "a " * MAX_LINE_BYTES}, ANSWER))
    assert [document.head.key for document in documents] == ["data/CDC-1-2"]
    assert problems[0].line == 1
    assert "longer than 1 MB" in problems[0].message


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_bytes(b"\xff\xfe\x00\x01\n" + json.dumps(TOPIC).encode() + b"\n\x80abc\n")
    documents, problems = _read(path)
    assert len(documents) == 1
    assert [problem.line for problem in problems] == [1, 3]


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"PK\x03\x04\x80\x81", "ünïcode".encode("utf-16")])
def test_binary_markdown_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(content)
    _, (problem,) = _read(path)
    assert "not UTF-8" in problem.message


def test_a_byte_order_mark_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbf---\nid: a\n---\nText.")
    (document,), _ = _read(path)
    assert document.head.key == "article/a"


def test_sizes_and_kinds_and_places(tmp_path: Path) -> None:
    big = tmp_path / "big.md"
    big.write_bytes(b"a " * MAX_MARKDOWN_BYTES)
    word = tmp_path / "a.docx"
    word.write_bytes(b"x")
    empty = tmp_path / "empty.jsonl"
    empty.write_bytes(b"\n \n")
    expected = {
        big: "2 MB",
        word: "can be read",
        empty: "empty",
        tmp_path / "missing.md": "no such file",
        tmp_path: "not a file",
    }
    for path, message in expected.items():
        documents, (problem,) = _read(path)
        assert not documents
        assert message in problem.message
