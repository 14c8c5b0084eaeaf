"""Files to documents, one at a time, so that a large file needs no more memory than a small one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bedside.knowledge.parsing.documents import Document
from bedside.knowledge.parsing.markdown import parse_markdown
from bedside.knowledge.parsing.problems import ParseError, Problem
from bedside.knowledge.parsing.records import parse_record

MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
JSON_LINES_SUFFIXES = frozenset({".jsonl", ".ndjson"})
MAX_MARKDOWN_BYTES = 2_000_000
MAX_LINE_BYTES = 1_000_000
MAX_STEM_CHARACTERS = 80
"""The name becomes part of the key that identifies each document."""
NOT_TEXT = "This is not UTF-8 text. Save it as UTF-8 and try again."


def read_documents(path: Path) -> Iterator[Document | Problem]:
    """Yield what ``path`` holds: a document for all that can be read, a Problem for all that can't.

    Never raises for the file's content; a malformed line does not stop the lines after it.
    """
    suffix = path.suffix.lower()
    name = path.name
    try:
        if len(path.stem) > MAX_STEM_CHARACTERS:
            yield Problem(name[:80], None, f"Rename the file: its name may have {MAX_STEM_CHARACTERS} characters.")
        elif not path.exists():
            yield Problem(name, None, "There is no such file.")
        elif not path.is_file():
            yield Problem(name, None, "This is not a file. Name each file.")
        elif suffix in MARKDOWN_SUFFIXES:
            yield _read_markdown(path)
        elif suffix in JSON_LINES_SUFFIXES:
            yield from _read_json_lines(path)
        else:
            known = ", ".join(sorted(MARKDOWN_SUFFIXES | JSON_LINES_SUFFIXES))
            yield Problem(name, None, f"Only {known} can be read.")
    except OSError as error:
        yield Problem(name, None, f"The file can't be read ({error.strerror or 'input error'}).")


def _read_markdown(path: Path) -> Document | Problem:
    with path.open("rb") as file:
        data = file.read(MAX_MARKDOWN_BYTES + 1)
    if len(data) > MAX_MARKDOWN_BYTES:
        limit = MAX_MARKDOWN_BYTES // 1_000_000
        return Problem(path.name, None, f"A Markdown file may have {limit} MB. Split it by topic.")
    text = _decoded(data)
    if text is None:
        return Problem(path.name, None, NOT_TEXT)
    try:
        return parse_markdown(text, path.stem)
    except ParseError as error:
        return Problem(path.name, error.line, error.message)


def _read_json_lines(path: Path) -> Iterator[Document | Problem]:
    collection = path.stem
    seen: set[str] = set()
    found = False
    with path.open("rb") as file:
        number = 0
        while data := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(data) > MAX_LINE_BYTES:
                found = True
                _skip_line(file, data)
                yield Problem(path.name, number, f"The line is longer than {MAX_LINE_BYTES // 1_000_000} MB.")
                continue
            if not data.strip():
                continue
            found = True
            yield _read_line(data, path.name, number, collection, seen)
    if not found:
        yield Problem(path.name, None, "The file is empty.")


def _read_line(data: bytes, name: str, number: int, collection: str, seen: set[str]) -> Document | Problem:
    text = _decoded(data)
    if text is None:
        return Problem(name, number, NOT_TEXT)
    try:
        document = parse_record(text, collection)
    except ParseError as error:
        return Problem(name, number, error.message)
    if document.head.key in seen:
        return Problem(name, number, "A line above has the same id; this one was skipped.")
    seen.add(document.head.key)
    return document


def _skip_line(file: BinaryIO, data: bytes) -> None:
    while data and not data.endswith(b"\n"):
        data = file.readline(MAX_LINE_BYTES)


def _decoded(data: bytes) -> str | None:
    if b"\x00" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
