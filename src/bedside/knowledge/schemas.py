"""What crosses the border of knowledge."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

Kind = Literal["starter", "article", "topic", "answer"]


class SourceReference(BaseModel):
    """A public source that a sentence rests on."""

    title: str
    publisher: str
    url: str | None = None
    year: int | None = None


class PassageSentence(BaseModel):
    """One sentence, word for word ``text[start:end]`` of its passage, with what supports it."""

    text: str
    start: int = Field(ge=0, description="First character in the passage's text.")
    end: int = Field(ge=0, description="Character after the last one.")
    citations: list[SourceReference] = Field(description="Never empty: at least the passage's own source.")


class PassageView(BaseModel):
    """A stored passage, as a citation opens it."""

    passage_id: UUID
    source_id: UUID
    kind: Kind
    title: str
    heading: str = Field(description="Title and path of headings above the passage.")
    publisher: str
    url: str | None = Field(description="The source's page; of the first cited source where it has none itself.")
    year: int | None
    licence: str | None
    clinical_review: str | None
    text: str
    sentences: list[PassageSentence]
    retired: bool = Field(default=False, description="No longer found by search; kept for who cited it.")


class SearchHit(PassageView):
    """A passage that search found."""

    score: float = Field(description="Reciprocal rank fusion of both rankings; orders hits of one search only.")
    similarity: float | None = Field(description="Cosine of question and passage, -1 to 1; null without vectors.")
    text_match: Literal["all", "some", "none"] = Field(description="Whether the passage has all the question's words.")


class SearchResult(BaseModel):
    """Hits, best first."""

    hits: list[SearchHit]


class SourceView(BaseModel):
    """A stored source."""

    id: UUID
    key: str
    title: str
    publisher: str
    kind: Kind
    url: str | None
    year: int | None
    licence: str | None
    version: str | None
    clinical_review: str | None
    status: Literal["active", "retired"]
    passages: int = Field(ge=0, description="Passages that search can find.")


class IngestProblem(BaseModel):
    """One thing that was not read."""

    file: str
    line: int | None
    message: str


class IngestReport(BaseModel):
    """What an ingest did, or would do."""

    dry_run: bool = False
    sources_read: int = 0
    sources_added: int = 0
    sources_changed: int = 0
    sources_unchanged: int = 0
    sources_retired: int = 0
    passages_added: int = 0
    passages_retired: int = 0
    passages_embedded: int = 0
    seconds: float = 0.0
    problems: list[IngestProblem] = Field(default_factory=list)
    problems_left_out: int = Field(default=0, description="Further problems, beyond those listed.")
