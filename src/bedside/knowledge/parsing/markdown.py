"""Markdown documents: headings become the path of a passage, [key] markers its sentences' citations."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bedside.knowledge.parsing.documents import Citation, Document, DocumentHead, Section
from bedside.knowledge.parsing.front_matter import FrontMatter, split_front_matter
from bedside.knowledge.parsing.passages import cut
from bedside.knowledge.parsing.problems import ParseError
from bedside.knowledge.parsing.prose import ProseBuilder
from bedside.knowledge.parsing.text import clean, clean_line

LOCAL_PUBLISHER = "Local document"
ARTICLE = "article"

# Reference definitions are off, or a document could turn a citation marker into a link.
_PARSER = MarkdownIt("commonmark").enable("table").disable(["reference", "entity"])
_MARKERS = re.compile(r"(?:\s*\[[A-Za-z0-9][A-Za-z0-9._-]{0,99}\])+")
_MARKER = re.compile(r"\[([^\]]+)\]")


def parse_markdown(
    text: str, name: str, kind: str = ARTICLE, *, publisher: str = LOCAL_PUBLISHER, licence: str | None = None
) -> Document:
    """Read one document; ``name`` identifies it where its head has no ``id``.

    ``publisher`` and ``licence`` apply where the head gives none. Raises ParseError for a malformed
    head, a marker that names no source, a sentence without a source in a document that lists sources,
    and a document without text.
    """
    front, body, lines_before = split_front_matter(text)
    walker = _Walker({key: source.citation() for key, source in front.sources.items()}, lines_before)
    for token in _PARSER.parse(body):
        walker.take(token)
    title = front.title or walker.first_heading or clean_line(name.replace("-", " ").replace("_", " "))
    key = f"{kind}/{front.id or name}"
    head = DocumentHead(
        key=key,
        title=title,
        publisher=front.publisher or publisher,
        kind=kind,
        url=str(front.url) if front.url else None,
        year=front.year,
        licence=front.licence or licence,
        version=str(front.version) if front.version is not None else None,
        clinical_review=_review(front),
    )
    passages = cut(key, title, walker.sections)
    if not passages:
        raise ParseError("The document has no text.")
    if front.sources:
        walker.check_every_sentence_cited()
    return Document(head, passages)


def _review(front: FrontMatter) -> str | None:
    if front.clinical_review and front.reviewed_by:
        return f"{front.clinical_review} ({front.reviewed_by})"
    return front.clinical_review


class _Walker:
    """Takes markdown-it's flat tokens in order."""

    def __init__(self, sources: dict[str, Citation], lines_before: int) -> None:
        self.first_heading: str | None = None
        self.sections: list[Section] = [Section(())]
        self._sources = sources
        self._path: list[tuple[int, str]] = []
        self._builder = ProseBuilder()
        self._heading_level = 0
        self._item_depth = 0
        self._row: list[str] | None = None
        self._lines_before = lines_before
        self._line = lines_before + 1

    def take(self, token: Token) -> None:
        if token.map:
            self._line = self._lines_before + token.map[0] + 1
        match token.type:
            case "heading_open":
                self._heading_level = int(token.tag[1])
            case "heading_close":
                self._heading_level = 0
            case "list_item_open" | "list_item_close":
                self._item_depth += token.nesting
            case "tr_open":
                self._row = []
            case "tr_close":
                self._add(", ".join(self._row or []), is_item=True)
                self._row = None
            case "inline":
                self._take_text(_plain(token))
            case "html_block" | "fence" | "code_block":
                self._take_text(token.content)

    def check_every_sentence_cited(self) -> None:
        for section in self.sections:
            for sentence in section.sentences:
                if not sentence.citations:
                    start = " ".join(sentence.text.split()[:8])
                    raise ParseError(f'A sentence has no source: "{start} …". End it with [source-key].')

    def _take_text(self, raw: str) -> None:
        text = clean_line(raw)
        if self._heading_level:
            self._open_section(text)
        elif self._row is not None:
            self._row.append(text)
        else:
            for paragraph in clean(raw).split("\n\n"):
                self._add(" ".join(paragraph.split()), is_item=self._item_depth > 0)

    def _open_section(self, heading: str) -> None:
        if self.first_heading is None:
            self.first_heading = heading
        self._path = [(level, name) for level, name in self._path if level < self._heading_level]
        self._path.append((self._heading_level, heading))
        self._builder = ProseBuilder()
        section = Section(tuple(name for _, name in self._path), self._builder.sentences)
        self.sections.append(section)

    def _add(self, text: str, *, is_item: bool) -> None:
        if len(self.sections) == 1:
            self.sections[0].sentences = self._builder.sentences
        for index, (chunk, citations) in enumerate(self._cited_chunks(text)):
            if is_item:
                self._builder.add_item(chunk, citations)
            elif chunk:
                self._builder.add_paragraph(chunk, citations, continues=index > 0)

    def _cited_chunks(self, text: str) -> list[tuple[str, tuple[Citation, ...]]]:
        """Split at groups of markers; each group belongs to the text before it."""
        if not self._sources:
            return [(text, ())]
        chunks: list[tuple[str, tuple[Citation, ...]]] = []
        start = 0
        for markers in _MARKERS.finditer(text):
            keys = dict.fromkeys(_MARKER.findall(markers.group()))
            chunks.append((text[start : markers.start()].strip(), tuple(self._citation(key) for key in keys)))
            start = markers.end()
        chunks.append((text[start:].strip(), ()))
        return [(chunk, citations) for chunk, citations in chunks if chunk]

    def _citation(self, key: str) -> Citation:
        if key not in self._sources:
            raise ParseError(f'[{key}] names no source. Add it to "sources" in the front matter.', self._line)
        return self._sources[key]


def _plain(token: Token) -> str:
    """Text of an inline token: marks, links' targets and images are dropped, line breaks kept."""
    parts: list[str] = []
    for child in token.children or []:
        if child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
    return "".join(parts)
