"""One line of JSON to a document: consumer health topics and answered questions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, ValidationError

from bedside.knowledge.parsing.documents import Document, DocumentHead, Section
from bedside.knowledge.parsing.front_matter import Line, Year
from bedside.knowledge.parsing.passages import cut, words
from bedside.knowledge.parsing.problems import ParseError, explain
from bedside.knowledge.parsing.prose import sentences_of
from bedside.knowledge.parsing.text import clean

TOPIC = "topic"
ANSWER = "answer"

MEDLINEPLUS = "MedlinePlus, National Library of Medicine"
MEDLINEPLUS_LICENCE = "Public domain; courtesy of MedlinePlus from the National Library of Medicine"
MEDQUAD_LICENCE = "CC BY 4.0; MedQuAD (Ben Abacha and Demner-Fushman, 2019)"
MEDQUAD_PUBLISHERS: Mapping[str, str] = MappingProxyType(
    {
        "CDC": "Centers for Disease Control and Prevention",
        "CancerGov": "National Cancer Institute",
        "MedlinePlus": MEDLINEPLUS,
        "NHLBI": "National Heart, Lung, and Blood Institute",
        "NIDDK": "National Institute of Diabetes and Digestive and Kidney Diseases",
        "NIH SeniorHealth": "NIH SeniorHealth, National Institute on Aging",
        "NINDS": "National Institute of Neurological Disorders and Stroke",
    }
)

QUESTION_HEADING_WORDS = 15
_CREDIT = re.compile(r"\n*^NIH:[^\n]*\Z|\s+NIH: (?:National|Eunice|Office)[^.\n]*\Z", re.MULTILINE)
_SUMMARY_LABEL = re.compile(r"\ASummary\s*:\s*")


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _none_if_blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


Identifier = Annotated[Line, BeforeValidator(_as_text), Field(max_length=100)]


OptionalLine = Annotated[Line | None, BeforeValidator(_none_if_blank)]
OptionalUrl = Annotated[HttpUrl | None, BeforeValidator(_none_if_blank)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: Identifier
    url: OptionalUrl = None
    publisher: OptionalLine = None
    year: Year | None = None
    licence: OptionalLine = None


class _Topic(_Record):
    title: Line
    text: str
    summary: str = ""


class _Answer(_Record):
    question: Line
    answer: str
    focus: OptionalLine = None
    source: OptionalLine = None


def parse_record(line: str, collection: str) -> Document:
    """Read one record of ``collection``: title and text, or question and answer, with an id.

    Raises ParseError when the line is not a JSON object of either shape or has no text.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ParseError("The line is not valid JSON.") from error
    if not isinstance(record, dict):
        raise ParseError("The line is not a JSON object.")
    try:
        if "question" in record and "answer" in record:
            return _answer(_Answer.model_validate(record), collection)
        if "title" in record and "text" in record:
            return _topic(_Topic.model_validate(record), collection)
    except ValidationError as error:
        raise ParseError(f"The record is not valid: {explain(error)}") from error
    raise ParseError("A record needs id, title and text, or id, question and answer.")


def _topic(record: _Topic, collection: str) -> Document:
    text = _without_credit(record.text) or clean(record.summary)
    return _document(record, collection, TOPIC, record.title, _sections(text))


def _answer(record: _Answer, collection: str) -> Document:
    text = _SUMMARY_LABEL.sub("", _without_credit(record.answer))
    title = record.focus or record.question
    return _document(record, collection, ANSWER, title, [Section((record.question,), sentences_of(text))])


def _document(record: _Topic | _Answer, collection: str, kind: str, title: str, sections: list[Section]) -> Document:
    url = str(record.url) if record.url else None
    publisher, licence = _provenance(record, url)
    head = DocumentHead(
        key=f"{collection}/{record.id}",
        title=title,
        publisher=publisher,
        kind=kind,
        url=url,
        year=record.year,
        licence=licence,
    )
    passages = cut(head.key, title, sections)
    if not passages:
        raise ParseError("The record has no text.")
    return Document(head, passages)


def _provenance(record: _Topic | _Answer, url: str | None) -> tuple[str, str | None]:
    host = (urlsplit(url).hostname if url else None) or ""
    if isinstance(record, _Answer) and record.source and record.source in MEDQUAD_PUBLISHERS:
        known: tuple[str | None, str | None] = (MEDQUAD_PUBLISHERS[record.source], MEDQUAD_LICENCE)
    elif host == "medlineplus.gov" or host.endswith(".medlineplus.gov"):
        known = (MEDLINEPLUS, MEDLINEPLUS_LICENCE)
    else:
        known = (getattr(record, "source", None) or host or None, None)
    publisher = record.publisher or known[0]
    if publisher is None:
        raise ParseError('The record has neither "publisher" nor "url": its origin must be shown.')
    return publisher, record.licence or known[1]


def _without_credit(text: str) -> str:
    """Clean, and drop the institute's name that ends many MedlinePlus texts: it is no statement."""
    return _CREDIT.sub("", clean(text)).strip()


def _sections(text: str) -> list[Section]:
    """Lines that are only a question are headings in MedlinePlus's long topics."""
    sections = [Section(())]
    block: list[str] = []
    for line in [*text.split("\n"), None]:
        if line is not None and not _is_question_heading(line):
            block.append(line)
            continue
        sections[-1].sentences.extend(sentences_of("\n".join(block)))
        block = []
        if line is not None:
            sections.append(Section((line,)))
    return sections


def _is_question_heading(line: str) -> bool:
    return line.endswith("?") and 1 < words(line) <= QUESTION_HEADING_WORDS and line.count(".") == 0
