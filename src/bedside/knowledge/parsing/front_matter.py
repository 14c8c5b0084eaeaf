"""The YAML head of a Markdown document."""

from __future__ import annotations

from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from bedside.knowledge.parsing.documents import Citation
from bedside.knowledge.parsing.problems import ParseError, explain
from bedside.knowledge.parsing.text import clean_line

FENCE = "---"
MAX_CHARACTERS = 64_000

Line = Annotated[str, AfterValidator(clean_line), Field(min_length=1, max_length=500)]
Year = Annotated[int, Field(ge=1800, le=2100)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class CitedSource(BaseModel):
    """A public source that sentences refer to by its key in square brackets."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    publisher: Line
    year: Year | None = None
    url: HttpUrl | None = None

    def citation(self) -> Citation:
        return Citation(self.title, self.publisher, str(self.url) if self.url else None, self.year)


class FrontMatter(BaseModel):
    """All keys that the head may have; each may be left out."""

    model_config = ConfigDict(extra="forbid")

    id: Key | None = None
    title: Line | None = None
    language: Literal["en"] = "en"
    version: Line | int | None = None
    publisher: Line | None = None
    year: Year | None = None
    url: HttpUrl | None = None
    licence: Line | None = None
    clinical_review: Line | None = None
    reviewed_by: Line | None = None
    sources: dict[Key, CitedSource] = Field(default_factory=dict)


def split_front_matter(text: str) -> tuple[FrontMatter, str, int]:
    """Return the head, the body and the number of lines before the body; no head gives an empty one.

    Raises ParseError when the head is not closed, is not YAML or has unknown or malformed keys.
    """
    first, _, rest = text.partition("\n")
    if first.rstrip() != FENCE:
        return FrontMatter(), text, 0
    lines = rest.split("\n")
    closing = next((index for index, line in enumerate(lines) if line.rstrip() == FENCE), None)
    if closing is None:
        raise ParseError(f'The front matter is not closed. End it with a line "{FENCE}".', line=1)
    head = "\n".join(lines[:closing])
    if len(head) > MAX_CHARACTERS:
        raise ParseError(f"The front matter is longer than {MAX_CHARACTERS} characters.", line=1)
    return _validated(head), "\n".join(lines[closing + 1 :]), closing + 2


def _validated(head: str) -> FrontMatter:
    try:
        values = yaml.load(head, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise ParseError("The front matter is not valid YAML.", line=line) from error
    if values is None:
        return FrontMatter()
    if not isinstance(values, dict):
        raise ParseError('The front matter must be "key: value" lines.', line=1)
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        raise ParseError(f"The front matter is not valid: {explain(error)}", line=1) from error
