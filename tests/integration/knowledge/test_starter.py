"""The starter pack in the database, and how well search answers patients' questions from it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bedside.knowledge import service
from bedside.knowledge.loader import load_embedder, read_starter_vectors
from bedside.knowledge.parsing.starter import starter_documents
from bedside.platform.access.actor import Actor, Role
from bedside.platform.runtime import Runtime

SYSTEM = Actor.system()
PAIRS = Path(__file__).parents[2] / "data" / "knowledge"


def test_shipped_vectors_are_in_step_with_the_pack() -> None:
    passages = {p.content_hash: p.embedded_text for d in starter_documents() for p in d.passages}
    shipped = read_starter_vectors()
    assert shipped.keys() == passages.keys(), "run: python scripts/embed_starter_pack.py"
    sample = sorted(passages)[::25]
    again = load_embedder().embed([passages[hash_] for hash_ in sample])
    cosines = (again * np.array([shipped[hash_] for hash_ in sample])).sum(axis=1)
    assert cosines.min() > 0.99, "the pack's vectors are of another text or model"


async def test_seeding_needs_no_model_and_is_idempotent(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr("bedside.knowledge.vectors.load_embedder", refuse)
    first = await service.seed_starter(runtime, SYSTEM)
    assert first.sources_added >= 40
    assert first.passages_added == first.passages_embedded > 300
    assert not first.problems
    second = await service.seed_starter(runtime, SYSTEM)
    assert second.sources_unchanged == first.sources_added
    assert second.passages_added == second.passages_retired == 0


async def test_a_topic_that_left_the_pack_is_retired(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    await service.seed_starter(runtime, SYSTEM)
    fewer = [document for document in starter_documents() if document.head.key != "starter/stroke"]
    monkeypatch.setattr(service, "starter_documents", lambda: iter(fewer))
    report = await service.seed_starter(runtime, SYSTEM, dry_run=True)
    assert report.sources_retired == 1
    report = await service.seed_starter(runtime, SYSTEM)
    assert report.sources_retired == 1
    assert report.passages_retired > 3
    assert (await service.seed_starter(runtime, SYSTEM)).sources_retired == 0


async def test_every_sentence_found_carries_a_public_source(runtime: Runtime) -> None:
    await service.seed_starter(runtime, SYSTEM)
    vector = await service.embed_query("fever in a baby")
    async with runtime.unit_of_work(Actor(role=Role.PATIENT)) as ctx:
        hits = await service.search(ctx, "fever in a baby", vector, k=10)
    assert len(hits) == 10
    for hit in hits:
        assert hit.clinical_review
        assert hit.url
        for sentence in hit.sentences:
            assert hit.text[sentence.start : sentence.end] == sentence.text
            assert sentence.citations
            assert all(citation.url for citation in sentence.citations)


@pytest.mark.parametrize("name", ["relevance", "relevance_held_out"])
async def test_patients_questions_find_their_topic(runtime: Runtime, name: str) -> None:
    """The first set was written before the ranking was tuned on it, the second afterwards and never tuned on.

    Measured over 88 topics: hit@5 0.96 and 0.97, hit@1 0.82 and 0.73 (vectors alone: hit@5 0.93 and 0.90).
    """
    await service.seed_starter(runtime, SYSTEM)
    lines = (PAIRS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    assert len(pairs) >= 25
    async with runtime.unit_of_work(SYSTEM) as ctx:
        sources, _ = await service.list_sources(ctx, limit=200)
    topics = {source.id: source.key.removeprefix("starter/") for source in sources}
    assert {topic for pair in pairs for topic in pair["topics"]} <= set(topics.values())
    first = within_five = 0
    for pair in pairs:
        vector = await service.embed_query(pair["question"])
        async with runtime.unit_of_work(Actor(role=Role.PATIENT)) as ctx:
            hits = await service.search(ctx, pair["question"], vector, k=5)
        found = [topics[hit.source_id] in pair["topics"] for hit in hits]
        first += found[0]
        within_five += any(found)
    assert within_five / len(pairs) >= 0.9
    assert first / len(pairs) >= 0.65
