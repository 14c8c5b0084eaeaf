"""The starter pack is read into the database."""

from __future__ import annotations

import numpy as np
import pytest

from bedside.knowledge import service
from bedside.knowledge.loader import load_embedder, read_starter_vectors
from bedside.knowledge.parsing.starter import starter_documents
from bedside.platform.access.actor import Actor
from bedside.platform.runtime import Runtime

SYSTEM = Actor.system()


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
