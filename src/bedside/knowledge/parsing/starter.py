"""The starter pack: Bedside's own guidance topics, shipped as package data."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from bedside.knowledge.parsing.documents import Document
from bedside.knowledge.parsing.markdown import parse_markdown

STARTER = "starter"
PUBLISHER = "Bedside starter pack"
LICENCE = "Apache-2.0"


def starter_folder() -> Traversable:
    """Return the folder of the pack's Markdown files."""
    return files("bedside.knowledge") / "data" / "starter"


def starter_documents() -> Iterator[Document]:
    """Yield the pack's documents, by file name."""
    for entry in sorted(starter_folder().iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".md") and entry.name != "README.md":
            text = entry.read_text(encoding="utf-8")
            yield parse_markdown(text, entry.name.removesuffix(".md"), STARTER, publisher=PUBLISHER, licence=LICENCE)
