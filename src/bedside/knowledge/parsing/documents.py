"""What parsing yields: a document with its passages, each a run of whole sentences."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from bedside.kit.crypto import canonical_json

NAMESPACE = UUID("6f0d2b5e-3a0c-5c8f-9a51-0b8f4f6f2a11")
"""Of all ids of sources and passages; never changes, or every stored citation would break."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A public source that a sentence rests on."""

    title: str
    publisher: str
    url: str | None = None
    year: int | None = None

    def as_json(self) -> dict[str, object]:
        return {"title": self.title, "publisher": self.publisher, "url": self.url, "year": self.year}


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text[start:end]`` of its passage, with what supports it (empty: the document itself)."""

    start: int
    end: int
    citations: tuple[Citation, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {"start": self.start, "end": self.end, "citations": [c.as_json() for c in self.citations]}


@dataclass(frozen=True, slots=True)
class Passage:
    """One to a few sentences under one heading; what search finds and a citation opens."""

    id: UUID
    ordinal: int
    heading: str
    text: str
    sentences: tuple[Sentence, ...]
    content_hash: str

    @property
    def embedded_text(self) -> str:
        """What the vector stands for: the heading gives a short passage its subject."""
        return f"{self.heading}. {self.text}"


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """Everything about a document but its text."""

    key: str
    title: str
    publisher: str
    kind: str
    url: str | None = None
    year: int | None = None
    licence: str | None = None
    version: str | None = None
    clinical_review: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A topic, an article or an answered question: one row of ``knowledge_sources``."""

    head: DocumentHead
    passages: tuple[Passage, ...]

    @property
    def id(self) -> UUID:
        return source_id(self.head.key)

    @property
    def content_hash(self) -> str:
        """Changes when anything that is stored of the document changes."""
        head = self.head
        fields = [head.key, head.title, head.publisher, head.kind, head.url, head.year]
        fields += [head.licence, head.version, head.clinical_review]
        ids = [str(passage.id) for passage in self.passages]
        return hashlib.sha256(canonical_json([fields, ids])).hexdigest()


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence before it has a place in a passage."""

    text: str
    citations: tuple[Citation, ...] = ()
    starts_paragraph: bool = False


@dataclass(slots=True)
class Section:
    """Sentences under one heading path."""

    heading: tuple[str, ...]
    sentences: list[DraftSentence] = field(default_factory=list)


def source_id(key: str) -> UUID:
    """Return the id of the source with ``key`` (UUIDv5, RFC 9562), the same on every machine."""
    return uuid5(NAMESPACE, f"source:{key}")
