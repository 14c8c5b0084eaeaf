"""Protocol files: the shipped ones keep the house rules, bad ones are refused with file, key and remedy."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bedside.triage import service
from bedside.triage.protocol_set import ProtocolError, build, shipped

GOOD: dict[str, Any] = {
    "id": "hiccups",
    "version": "1.0",
    "title": "Hiccups",
    "clinical_review": "not clinically reviewed",
    "priority": 50,
    "complaint": ["hiccups"],
    "sources": {"nhs": {"publisher": "NHS", "title": "Hiccups", "year": 2024}},
    "findings": {"hiccups": {"label": "Hiccups", "phrases": ["hiccup*"]}},
    "questions": [
        {
            "id": "pain",
            "red_flag": True,
            "finding": "chest_pain",
            "text": "Does your chest hurt?",
            "why": "It may be the heart.",
        }
    ],
    "rules": [
        {"id": "any", "level": "self-care", "when": "hiccups", "reason": "They pass by themselves.", "source": "nhs"}
    ],
    "safety_net": ["Come back if they last two days."],
}


def write(folder: Path, **changes: Any) -> Path:
    path = folder / "hiccups.yaml"
    path.write_text(yaml.safe_dump({**GOOD, **changes}), encoding="utf-8")
    return path


def test_a_good_file_loads_with_its_own_hash(tmp_path: Path) -> None:
    path = write(tmp_path)
    loaded = build([path])
    assert loaded.refs["hiccups"].hash == hashlib.sha256(path.read_bytes()).hexdigest()
    changed = build([write(tmp_path, version="1.1")])
    assert changed.hash != loaded.hash


def rule(**changes: Any) -> list[dict[str, Any]]:
    return [{**GOOD["rules"][0], **changes}]


def question(**changes: Any) -> list[dict[str, Any]]:
    return [{**GOOD["questions"][0], **changes}]


BAD = [
    ({"colour": "red"}, "hiccups.yaml: colour: unknown key"),
    ({"version": "one"}, "hiccups.yaml: version"),
    ({"title": None}, "hiccups.yaml: title"),
    ({"rules": []}, "hiccups.yaml: rules"),
    ({"rules": rule(level="catastrophic")}, "rules.0.level"),
    ({"rules": rule(when="goblins")}, "unknown finding 'goblins'"),
    ({"yields_to": {"protocol": "goblins", "unless": ["fever"]}}, "yields_to: no protocol 'goblins'"),
    ({"yields_to": {"protocol": "dental", "unless": ["goblins"]}}, "finding 'goblins' is not defined"),
    ({"yields_to": {"protocol": "dental", "unless": []}}, "yields_to.unless"),
    ({"rules": rule(when={})}, "an empty condition would always hold"),
    ({"rules": rule(when={"age": {"under": "soon"}})}, "is no time"),
    ({"rules": rule(when={"age": {"under": "1 day", "at_least": "2 days"}})}, "can never hold"),
    ({"rules": rule(when={"measure": {"mood": {"under": 3}}})}, "unknown measurement 'mood'"),
    ({"rules": rule(source="webmd")}, "'webmd' is not under `sources`"),
    ({"rules": rule() + rule()}, "a second rule with this id"),
    ({"rules": rule() + rule(id="other", level="urgent")}, "same condition as rule any"),
    ({"rules": rule(level="urgent") + rule(id="later", level="routine", when=["hiccups"])}, "never decides anything"),
    ({"rules": rule(when={"all": ["hiccups"], "not": ["hiccups"]})}, "it can never fire"),
    (
        {"rules": rule(level="urgent", when={"all": ["hiccups"], "not": ["fever"]})},
        "may stand in self-care rules only",
    ),
    ({"questions": []}, "self-care without any red-flag question"),
    ({"questions": question(finding="goblins")}, "unknown finding 'goblins'"),
    ({"questions": question() + question()}, "a second question with this id"),
    ({"questions": question(finding=None)}, "give either `finding`"),
    (
        {"questions": question(finding=None, choices=[{"value": "yes", "label": "Yes", "sets": ["fever"]}])},
        'add a choice with value "unknown"',
    ),
    ({"findings": {**GOOD["findings"], "fever": {"label": "Fever"}}}, "also defined in a shared file"),
    ({"findings": {**GOOD["findings"], "spare": {"label": "Spare"}}}, "nothing uses it"),
    ({"findings": {"hiccups": {"label": "Hiccups", "phrases": ["(.*)+"]}}}, "can't read"),
    ({"findings": {"hiccups": {"label": "Hiccups", "phrases": ["{goblins}"]}}}, "names the word group 'goblins'"),
    ({"findings": {"hiccups": {"label": "Hiccups", "phrases": ["the a"]}}}, "little words only"),
    ({"findings": {"hiccups": {"label": "Hiccups", "phrases": ["a & b && c"]}}}, "mixes & and &&"),
    ({"complaint": ["goblins"]}, "finding 'goblins' is not defined"),
]


@pytest.mark.parametrize(("changes", "said"), BAD, ids=[said[:40] for _, said in BAD])
def test_bad_files_are_refused_with_the_key_and_the_remedy(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        build([write(tmp_path, **changes)])
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "must be a mapping"),
        (b"- a\n- b", "must be a mapping"),
        (b"id: [unclosed", "is not YAML at line"),
        (b"\x00\x01\x80\x81: \x02", "is not YAML"),
        (b"id: !!python/object/apply:os.system ['true']", "is not YAML"),
        (b"x" * 600_000, "over 512 KiB"),
        (b"[" * 5_000, "YAML"),
    ],
)
def test_what_is_no_protocol_at_all_is_refused(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(raw)
    with pytest.raises(ProtocolError) as caught:
        build([path])
    assert said in caught.value.message
    assert "bad.yaml" in caught.value.message


def test_every_problem_is_listed_at_once(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError) as caught:
        build([write(tmp_path, colour="red", version="one"), tmp_path / "missing.yaml"])
    assert len(caught.value.message.splitlines()) >= 3
    assert "missing.yaml: can't be read" in caught.value.message


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(ProtocolError, match="a second protocol 'hiccups'"):
        build([write(tmp_path), write(tmp_path / "b")])


def test_the_shipped_protocols_say_who_reviewed_them_and_where_rules_come_from() -> None:
    loaded = service.load_protocols()
    assert len(loaded.protocols) >= 18
    assert len(shipped()) == len(loaded.protocols)
    for protocol in loaded.protocols.values():
        assert protocol.clinical_review == "not clinically reviewed"
        cited = {r.source for r in protocol.rules}
        assert cited <= set(protocol.sources)
    assert service.load_protocols() is loaded
