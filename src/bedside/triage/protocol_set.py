"""Protocol files into memory: read, hashed, checked, compiled."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bedside.platform.errors import BadInput
from bedside.triage.advice_checks import advice_problems, default_problems
from bedside.triage.consistency import problems
from bedside.triage.language.words import LanguageFile, LexiconFile
from bedside.triage.protocol import Condition, Defaults, FindingDef, Protocol, QuestionDef, RuleDef, SharedFile
from bedside.triage.reader import Reader
from bedside.triage.schemas import ProtocolRef

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_FILE_BYTES = 512 * 1024
_Model = TypeVar("_Model", bound=BaseModel)


class ProtocolError(BadInput):
    """One or more protocol files can't be used; the message lists every problem, with file and key."""

    code = "protocol"
    title = "A protocol file is not valid"


@dataclass(frozen=True)
class Rule:
    """A rule with the protocol that it stands in; `id` is `protocol.rule`."""

    protocol: Protocol
    definition: RuleDef
    needs: frozenset[str]
    """Findings of which at least one must be present; empty where measurements or age alone can fire it."""

    @property
    def id(self) -> str:
        return f"{self.protocol.id}.{self.definition.id}"

    @property
    def citation(self) -> str:
        return self.protocol.sources[self.definition.source].cite(self.definition.section)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in its protocol; `id` is `protocol.question`."""

    id: str
    definition: QuestionDef


@dataclass(frozen=True)
class ProtocolSet:
    """All protocols that decide together, and the reader of their phrases."""

    protocols: dict[str, Protocol]
    refs: dict[str, ProtocolRef]
    findings: dict[str, FindingDef]
    defaults: Defaults
    reader: Reader = field(repr=False)
    hash: str
    """SHA-256 over the names and hashes of every file, shared ones included: the identity of a decision."""
    rules: list[Rule] = field(repr=False)
    questions: dict[str, Asked] = field(repr=False)
    implied_by: dict[str, list[str]] = field(repr=False)
    """By finding, those that imply it."""


def _rules(protocols: dict[str, Protocol]) -> list[Rule]:
    ordered = sorted(protocols.values(), key=lambda p: (p.priority, p.id))
    return [Rule(p, r, _needs(r.when)) for p in ordered for r in p.rules]


def _needs(condition: Condition) -> frozenset[str]:
    return frozenset() if condition.denies() or condition.measures() else frozenset(condition.findings())


def _questions(protocols: dict[str, Protocol]) -> dict[str, Asked]:
    return {f"{p.id}.{q.id}": Asked(f"{p.id}.{q.id}", q) for p in protocols.values() for q in p.questions}


def _implied_by(findings: dict[str, FindingDef]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, definition in findings.items():
        for implied in definition.implies:
            found.setdefault(implied, []).append(name)
    return found


def shipped() -> list[Traversable]:
    """The protocol files in the package, by name."""
    folder = files("bedside.triage").joinpath("data", "protocols")
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)


def build(paths: Sequence[Path] | None = None) -> ProtocolSet:
    """Load the shipped protocols, or those at `paths` together with the shipped shared files.

    Raises ProtocolError with every problem of every file.
    """
    sources: Sequence[Traversable | Path] = shipped() if paths is None else list(paths)
    found: list[str] = []
    digests: dict[str, str] = {}
    shared = _shared(digests, found)
    protocols, refs = _protocols(sources, digests, found)
    if not found:
        found += _contradictions(protocols, shared["findings"].findings, shared["defaults"])
    if found:
        raise ProtocolError("\n".join(found))
    known = dict(shared["findings"].findings)
    for protocol in protocols.values():
        known.update(protocol.findings)
    try:
        reader = Reader(shared["language"], shared["lexicon"], known)
    except ValueError as error:
        raise ProtocolError(str(error)) from error
    listing = "\n".join(f"{name} {digest}" for name, digest in sorted(digests.items()))
    identity = hashlib.sha256(listing.encode()).hexdigest()
    rules, questions = _rules(protocols), _questions(protocols)
    return ProtocolSet(
        protocols, refs, known, shared["defaults"], reader, identity, rules, questions, _implied_by(known)
    )


def _shared(digests: dict[str, str], found: list[str]) -> dict[str, Any]:
    folder = files("bedside.triage").joinpath("data", "shared")
    models: dict[str, type[BaseModel]] = {
        "language": LanguageFile, "lexicon": LexiconFile, "findings": SharedFile, "defaults": Defaults,
    }  # fmt: skip
    loaded: dict[str, Any] = {}
    for name, model in models.items():
        raw = _read(folder.joinpath(f"{name}.yaml"), found)
        digests[f"shared/{name}"] = hashlib.sha256(raw).hexdigest()
        loaded[name] = _parse(f"shared/{name}.yaml", raw, model, found)
    if found:
        raise ProtocolError("\n".join(found))
    return loaded


def _protocols(
    sources: Sequence[Traversable | Path], digests: dict[str, str], found: list[str]
) -> tuple[dict[str, Protocol], dict[str, ProtocolRef]]:
    protocols: dict[str, Protocol] = {}
    refs: dict[str, ProtocolRef] = {}
    for source in sources:
        raw = _read(source, found)
        protocol = _parse(source.name, raw, Protocol, found)
        if protocol is None:
            continue
        if protocol.id in protocols:
            found.append(f"{source.name}: id: a second protocol {protocol.id!r}; rename one")
            continue
        digest = hashlib.sha256(raw).hexdigest()
        digests[f"protocol/{protocol.id}"] = digest
        protocols[protocol.id] = protocol
        refs[protocol.id] = ProtocolRef(id=protocol.id, version=protocol.version, hash=digest)
    return protocols, refs


def _read(source: Traversable | Path, found: list[str]) -> bytes:
    try:
        raw = source.read_bytes()
    except OSError as error:
        found.append(f"{source.name}: can't be read ({error.strerror}); check the path and its permissions")
        return b""
    if len(raw) > _MAX_FILE_BYTES:
        found.append(
            f"{source.name}: over {_MAX_FILE_BYTES // 1024} KiB; a protocol is a page a nurse can read, split it"
        )
        return b""
    return raw


def _parse(name: str, raw: bytes, model: type[_Model], found: list[str]) -> _Model | None:
    try:
        data = yaml.load(raw, Loader=_LOADER)  # noqa: S506 - both loaders are the safe ones
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        found.append(f"{name}: is not YAML{where}: {getattr(error, 'problem', None) or 'unreadable'}; mend the file")
        return None
    if not isinstance(data, dict):
        found.append(f"{name}: must be a mapping with id, version, rules and so on; see docs/triage.md")
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found += [f"{name}: {_explain(problem)}" for problem in error.errors()]
    except RecursionError:
        found.append(f"{name}: is nested too deeply; flatten its conditions")
    return None


def _explain(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"]) or "file"
    if problem["type"] == "extra_forbidden":
        return f"{where}: unknown key; delete it or mend its spelling"
    if problem["type"] == "missing":
        return f"{where}: missing; add it"
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}"


def _contradictions(protocols: dict[str, Protocol], shared: dict[str, FindingDef], defaults: Defaults) -> list[str]:
    known = set(shared)
    for protocol in protocols.values():
        known |= set(protocol.findings)
    ids = {file.name.removesuffix(".yaml") for file in shipped()} | set(protocols)
    found = [f"shared/defaults.yaml: {problem}" for problem in default_problems(defaults, set(shared))]
    for protocol in protocols.values():
        found += [f"{protocol.id}: {problem}" for problem in advice_problems(protocol, defaults.topics, known, ids)]
        if protocol.yields_to and protocol.yields_to.protocol not in ids:
            found.append(f"{protocol.id}: yields_to: no protocol {protocol.yields_to.protocol!r}; mend its name")
    owners: dict[str, str] = {}
    for protocol in protocols.values():
        found += [f"{protocol.id}: {problem}" for problem in problems(protocol, shared)]
        for name in protocol.findings:
            if name in owners:
                found.append(f"{protocol.id}: findings.{name}: also in {owners[name]}; move it to shared/findings.yaml")
            owners[name] = protocol.id
    return found
