"""A YAML document read with the line of every value, so that what is wrong can be told with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import yaml

T = TypeVar("T")

LARGEST = 1024 * 1024
_DEEPEST = 12
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Constructor = yaml.SafeLoader("")


@dataclass
class Problems:
    """What was found wrong so far; reading goes on, so that all of it is told at once."""

    source: str
    found: list[str] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        self.found.append(f"{self.source}, line {line}: {text}")


class Value:
    """A value of the document, with its line."""

    def __init__(self, node: yaml.Node, problems: Problems) -> None:
        self._node, self.problems = node, problems
        self.line: int = node.start_mark.line + 1

    def wrong(self, text: str) -> None:
        self.problems.add(self.line, text)

    def mapping(self, what: str, allowed: frozenset[str] | None = None) -> Mapping[str, Value]:
        """Return the entries; unknown and repeated keys are told. Empty where it is no mapping."""
        if not isinstance(self._node, yaml.MappingNode):
            self.wrong(f"{what} must be a mapping of names to values.")
            return {}
        found: dict[str, Value] = {}
        for key, node in self._node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name in found:
                self.problems.add(key.start_mark.line + 1, f"{what} has `{name}` twice.")
            elif allowed is not None and name not in allowed:
                known = ", ".join(sorted(allowed))
                self.problems.add(
                    key.start_mark.line + 1, f"{what} has the unknown key `{_short(name)}`; it may have {known}."
                )
            else:
                found[name] = Value(node, self.problems)
        return found

    def items(self, what: str) -> list[Value]:
        if not isinstance(self._node, yaml.SequenceNode):
            self.wrong(f"{what} must be a list.")
            return []
        return [Value(node, self.problems) for node in self._node.value]

    def text(self, what: str, longest: int = 500) -> str:
        """Return text; the empty text where it is none."""
        found = self._scalar()
        if not isinstance(found, str) or not found.strip() or len(found) > longest:
            self.wrong(f"{what} must be text of 1 to {longest} characters.")
            return ""
        return found.strip()

    def number(self, what: str) -> float:
        found = self._scalar()
        if isinstance(found, bool) or not isinstance(found, int | float) or found != found or abs(found) > 1e15:
            self.wrong(f"{what} must be a number.")
            return 0.0
        return float(found)

    def made(self, what: str, make: Callable[[str], T], otherwise: T) -> T:
        """Return what ``make`` gives for the text; what it refuses by ValueError is told."""
        text = self.text(what, 100)
        try:
            return make(text) if text else otherwise
        except ValueError as error:
            self.wrong(f"{what}: {error}")
            return otherwise

    def texts(self, what: str) -> list[str]:
        """Return a list of texts; one text stands for a list of it."""
        if isinstance(self._node, yaml.ScalarNode):
            return [self.text(what, 100)]
        return [item.text(what, 100) for item in self.items(what)]

    def _scalar(self) -> object:
        if not isinstance(self._node, yaml.ScalarNode):
            return None
        try:
            found: object = _Constructor.construct_object(self._node)
        except (yaml.YAMLError, ValueError):
            return None
        return found


def read_document(text: str, problems: Problems) -> Value | None:
    """Return the document's root; None where it can't be read, which is among the problems then."""
    if len(text.encode()) > LARGEST:
        problems.add(1, "the file is over 1 MiB.")
        return None
    try:
        if _deepest(text) > _DEEPEST:
            problems.add(1, f"values are nested more than {_DEEPEST} deep.")
            return None
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "it can't be read"
        problems.add(mark.line + 1 if mark else 1, f"this is not YAML: {why}.")
        return None
    if node is None:
        problems.add(1, "the file is empty.")
        return None
    return Value(node, problems)


def _deepest(text: str) -> int:
    """Return how deep values are nested: composing recurses, and a file must not exhaust the stack."""
    return max(_depths(text), default=0)


def _depths(text: str) -> Iterator[int]:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            yield depth
            if depth > _DEEPEST:
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:40] + "…"
