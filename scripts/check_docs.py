"""The documents say what is so: commands, options, make targets, links and paths they name exist.

Only what stands in code (spans and blocks) is read as a command or a path. Angle brackets, capitals and
asterisks mark a placeholder (`docs/decisions/NNNN-*.md`, `bedside GROUP VERB`) and end what is checked.
"""

import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer
from markdown_it import MarkdownIt
from markdown_it.token import Token

import tree

COMMAND = re.compile(r"(?:^|(?<=[\s`(]))(?:\S*/bin/)?bedside((?:[ ]+[^\s|;&#`)]\S*)*)")
MAKE = re.compile(r"(?:^|(?<=[\s`(]))make ([a-z][a-z-]*)")
PATH = re.compile(r"(?:src|docs|scripts|tests|benchmarks|deploy|web|\.ci|\.github)/[\w./-]*")
PLACEHOLDER = re.compile(r"[A-Z*<>{}…]")
WORD = re.compile(r"[a-z][a-z0-9|-]*")


@dataclass(frozen=True)
class Code:
    """A span or a line of a block of code in a document."""

    page: Path
    line: int
    text: str


def main() -> int:
    pages = tree.files("*.md")
    code = [piece for page in pages for piece in code_in(page)]
    command = root_command()
    targets = set(re.findall(r"^([a-z][a-z-]*):", (tree.root() / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    problems = list(links(pages))
    for piece in code:
        where = f"{piece.page}:{piece.line}"
        problems += [f"{where}: {what}" for what in unknown_commands(piece.text, command)]
        problems += [f"{where}: no target `make {t}`" for t in MAKE.findall(piece.text) if t not in targets]
        problems += [f"{where}: no file {path}" for path in missing_paths(piece.text)]
    return tree.report(problems, "Mend the document, or the thing it describes: one of the two is wrong.")


def tokens_of(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(tree.read(page) or "")


def code_in(page: Path) -> Iterator[Code]:
    for token in tokens_of(page):
        line = (token.map or [0, 0])[0] + 1
        if token.type in {"fence", "code_block"}:
            first = line + (token.type == "fence")
            for offset, text in enumerate(token.content.splitlines()):
                yield Code(page, first + offset, text.strip())
        for child in token.children or []:
            if child.type == "code_inline":
                yield Code(page, line, child.content)


def links(pages: Iterable[Path]) -> Iterator[str]:
    """Problems with links to files and headings of the repository; addresses elsewhere are not fetched."""
    for page in pages:
        for token in tokens_of(page):
            line = (token.map or [0, 0])[0] + 1
            for child in token.children or []:
                target = str(child.attrGet("href") or child.attrGet("src") or "")
                if target and not re.match(r"[a-z][a-z0-9+.-]*:", target):
                    yield from (f"{page}:{line}: {what}" for what in broken(page, target))


def broken(page: Path, target: str) -> Iterator[str]:
    name, _, heading = target.partition("#")
    file = (tree.root() / page.parent / name).resolve() if name else tree.root() / page
    if not file.exists():
        yield f"no file {name}"
    elif heading and file.suffix == ".md" and heading not in headings(file):
        yield f"no heading #{heading} in {name or page}"


def headings(file: Path) -> set[str]:
    tokens = tokens_of(file.relative_to(tree.root()))
    titles = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def missing_paths(text: str) -> Iterator[str]:
    for match in PATH.finditer(text):
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        whole = not (before and (before.isalnum() or before in "./_-$")) and not PLACEHOLDER.match(after or " ")
        path = match.group().rstrip(".")
        if whole and not PLACEHOLDER.search(path) and not (tree.root() / path).exists() and not tree.is_ignored(path):
            yield path


def root_command() -> Any:
    app = importlib.import_module("bedside.cli").app
    return typer.main.get_command(app) if isinstance(app, typer.Typer) else app


def unknown_commands(text: str, root: Any) -> Iterator[str]:
    for match in COMMAND.finditer(text):
        yield from unknown(match.group(1).split(), root, "bedside")


def unknown(words: list[str], command: Any, said: str) -> Iterator[str]:
    """What of a command line does not exist: each of `a|b` is followed; options are the last command's."""
    if words and hasattr(command, "list_commands"):
        if not WORD.fullmatch(words[0]):
            return
        for name in words[0].split("|"):
            found = command.get_command(command.context_class(command), name)
            if found is None:
                yield f"no command `{said} {name}`"
            else:
                _, loaded, _ = command.resolve_command(command.context_class(command), [name])
                yield from unknown(words[1:], loaded, f"{said} {name}")
        return
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for word in words:
        option = re.match(r"--[a-z][a-z-]*", word)
        if option and option.group() not in options | {"--help"}:
            yield f"`{said}` has no option {option.group()}"


if __name__ == "__main__":
    sys.exit(main())
