"""The starter pack keeps the rules that its README promises: each statement stands alone, with its source."""

import re
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bedside.knowledge.parsing.starter import starter_documents

FOLDER = Path(str(resources.files("bedside.knowledge") / "data" / "starter"))
TOPIC_FILES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")

SECTIONS = {
    "What it is",
    "What can cause it",
    "What you can do at home",
    "What a pharmacist can help with",
    "Medicines to be careful with",
    "When to get medical help",
    "When to call the emergency number",
    "Children",
    "Pregnancy",
    "Older people",
    "How it is treated",
    "How to stop it coming back",
}
SAFETY_SECTIONS = {"When to get medical help", "When to call the emergency number"}
FIELDS = {"id", "title", "language", "version", "clinical_review", "reviewed_by", "sources"}
SOURCE_FIELDS = {"title", "publisher", "year", "url"}
PUBLISHER_HOSTS = {
    "NHS": "www.nhs.uk",
    "NICE": "www.nice.org.uk",
    "US National Library of Medicine": "medlineplus.gov",
    "US Centers for Disease Control and Prevention": "www.cdc.gov",
    "World Health Organization": "www.who.int",
}
STATEMENT = re.compile(r"(?:- )?(?P<text>[A-Z].*?[.?]) (?P<keys>\[[a-z0-9-]+\](?: \[[a-z0-9-]+\])*)")
SECOND_SENTENCE = re.compile(r"[.!?;] +[A-Z]")
# Ambulance, police, crisis and poison lines of several countries: the local number is a setting, not text.
# A blood pressure ("160 over 110") is not one of them.
PHONE_DIGITS = re.compile(
    r"(?<!over )\b(?:000|110|111|112|115|118|119|120|988|995|999|911|116\s?123|13\s?11\s?26)\b(?! over)"
)
# Fewer sentences are too thin to answer from; more belong in a second topic.
SENTENCES_A_TOPIC = range(25, 61)
LONGEST_SENTENCE_IN_WORDS = 40

Topic = tuple[dict[str, Any], list[str]]


def read_topic(path: Path) -> Topic:
    """Return the front matter and the body's lines that are not blank."""
    opening, header, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert opening == "", f"{path.name}: front matter must start on the first line"
    return yaml.safe_load(header), [line for line in body.splitlines() if line.strip()]


def statements(path: Path) -> list[tuple[str, list[str]]]:
    """Return each sentence of a topic with its source keys; fail at a line that is anything else."""
    found = []
    for line in read_topic(path)[1]:
        if line.startswith("#"):
            continue
        match = STATEMENT.fullmatch(line)
        assert match, f"{path.name}: not one sentence with its source keys: {line!r}"
        found.append((match["text"], re.findall(r"[a-z0-9-]+", match["keys"])))
    return found


@pytest.fixture(params=TOPIC_FILES, ids=lambda path: path.stem)
def topic_file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_the_pack_covers_at_least_45_topics() -> None:
    assert len(TOPIC_FILES) >= 45


def test_no_topic_shares_its_id_or_title() -> None:
    headers = [read_topic(path)[0] for path in TOPIC_FILES]
    for field in ("id", "title"):
        values = [header[field].casefold() for header in headers]
        assert sorted(set(values)) == sorted(values)


def test_no_statement_appears_in_two_places() -> None:
    seen: dict[str, str] = {}
    for path in TOPIC_FILES:
        for text, _ in statements(path):
            assert text not in seen, f"{path.stem} repeats {seen[text]}: {text!r}"
            seen[text] = path.stem


def test_front_matter_is_complete(topic_file: Path) -> None:
    header, body = read_topic(topic_file)
    assert set(header) == FIELDS
    assert header["id"] == topic_file.stem
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", header["id"])
    assert header["language"] == "en"
    assert isinstance(header["version"], int)
    assert header["version"] >= 1
    assert body[0] == f"# {header['title']}"


def test_review_status_and_reviewer_agree(topic_file: Path) -> None:
    header, _ = read_topic(topic_file)
    if header["reviewed_by"] is None:
        assert header["clinical_review"] == "not clinically reviewed"
    else:
        assert re.fullmatch(r"reviewed \d{4}-\d{2}-\d{2}", header["clinical_review"])


def test_sources_are_public_pages_of_their_publisher(topic_file: Path) -> None:
    for key, source in read_topic(topic_file)[0]["sources"].items():
        assert set(source) == SOURCE_FIELDS, key
        assert source["title"].strip(), key
        assert 2000 <= source["year"] <= 2026, key
        url = urlsplit(source["url"])
        assert url.scheme == "https", key
        assert url.netloc == PUBLISHER_HOSTS[source["publisher"]], key
        assert len(url.path) > 1, key


def test_every_sentence_names_a_known_source_and_every_source_is_used(topic_file: Path) -> None:
    known = set(read_topic(topic_file)[0]["sources"])
    used = {key for _, keys in statements(topic_file) for key in keys}
    assert used == known


def test_one_source_is_not_named_twice_for_a_sentence(topic_file: Path) -> None:
    for text, keys in statements(topic_file):
        assert len(set(keys)) == len(keys), text


def test_each_statement_is_one_plain_sentence_that_stands_alone(topic_file: Path) -> None:
    for text, _ in statements(topic_file):
        assert not SECOND_SENTENCE.search(text), text
        assert 5 <= len(text.split()) <= LONGEST_SENTENCE_IN_WORDS, text
        assert not re.match(r"(?:It|They|This|That|These|Those|He|She)\b", text), f"leans on another: {text}"


def test_topic_is_neither_thin_nor_endless(topic_file: Path) -> None:
    assert len(statements(topic_file)) in SENTENCES_A_TOPIC


def test_sections_are_known_not_repeated_not_empty_and_say_when_to_get_help(topic_file: Path) -> None:
    lines = read_topic(topic_file)[1]
    sections = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert set(sections) <= SECTIONS
    assert len(set(sections)) == len(sections)
    assert SAFETY_SECTIONS & set(sections)
    for line, following in zip(lines, [*lines[1:], "#"], strict=True):
        if line.startswith("## "):
            assert not following.startswith("#"), f"empty section: {line}"


def test_text_names_no_emergency_digits(topic_file: Path) -> None:
    for text, _ in statements(topic_file):
        assert not PHONE_DIGITS.search(text), text


@pytest.mark.parametrize(
    ("text", "names_one"),
    [
        ("Call 999 now.", True),
        ("Ring 116 123 at any time.", True),
        ("Dial 112, 911 or 111.", True),
        ("A reading of 160 over 110 is too high.", False),
        ("Below 120 over 80 is healthy.", False),
    ],
)
def test_emergency_digits_are_told_from_blood_pressures(text: str, names_one: bool) -> None:
    assert bool(PHONE_DIGITS.search(text)) is names_one


@pytest.mark.parametrize(
    "line",
    [
        "- Rest and drink water.",
        "- Rest and drink water. []",
        "- Rest and drink water [nhs-headaches]",
        "- Rest and drink water. [nhs-headaches] And sleep.",
        "rest and drink water. [nhs-headaches]",
    ],
)
def test_a_line_without_its_source_is_caught(line: str) -> None:
    assert STATEMENT.fullmatch(line) is None


def test_the_loader_reads_every_statement_with_its_sources() -> None:
    documents = {document.head.key: document for document in starter_documents()}
    assert sorted(documents) == [f"starter/{path.stem}" for path in TOPIC_FILES]
    for path in TOPIC_FILES:
        sources = read_topic(path)[0]["sources"]
        written = [(text, [sources[key]["url"] for key in keys]) for text, keys in statements(path)]
        read = [
            (passage.text[sentence.start : sentence.end], [citation.url for citation in sentence.citations])
            for passage in documents[f"starter/{path.stem}"].passages
            for sentence in passage.sentences
        ]
        assert read == written, path.stem
