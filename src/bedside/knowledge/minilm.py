"""all-MiniLM-L6-v2 on onnxruntime: WordPiece, one forward pass, masked mean, unit length.

Import this module only through ``loader.py``: onnxruntime and tokenizers take about half a second.
Recipe: the model's own ``modules.json`` (mean pooling over the attention mask, then L2 normalisation)
and ``sentence_bert_config.json`` (256 word pieces).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from tokenizers.implementations.bert_wordpiece import BertWordPieceTokenizer
from tokenizers.models import WordPiece

from bedside.knowledge.embedding import DIMENSIONS, MAX_BATCH, MODEL_ID

MAX_TOKENS = 256
MAX_CHARACTERS = 16_000
"""Beyond this nothing can reach the first 256 word pieces; cutting first bounds the tokenizer's work."""


class MiniLmEmbedder:
    """Safe to share between threads: neither the session nor the tokenizer changes after loading."""

    model_id = MODEL_ID

    def __init__(self, model: Path, threads: int = 1) -> None:
        """Load ``model``; ``threads`` is how many cores one forward pass may use."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A spinning pool would take the second core from the API between queries.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )
        with as_file(files("bedside.knowledge") / "data" / "minilm" / "vocab.txt") as vocabulary:
            words = WordPiece.read_file(str(vocabulary))
        self._tokenizer = BertWordPieceTokenizer(words, lowercase=True)
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors of shape (len(texts), 384); see ``Embedder.embed``."""
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        tokens = [self._tokenizer.encode(_encodable(text)).ids for text in texts]
        # Like lengths together: a batch is padded to its longest text.
        order = sorted(range(len(texts)), key=lambda index: len(tokens[index]))
        for start in range(0, len(order), MAX_BATCH):
            batch = order[start : start + MAX_BATCH]
            vectors[batch] = self._forward([tokens[index] for index in batch])
        return vectors

    def _forward(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        width = max(len(ids) for ids in tokens)
        ids = np.zeros((len(tokens), width), dtype=np.int64)
        mask = np.zeros((len(tokens), width), dtype=np.int64)
        for row, one in enumerate(tokens):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = np.asarray(self._session.run(None, inputs)[0], dtype=np.float32)
        weights = mask[:, :, None].astype(np.float32)
        mean = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        unit: NDArray[np.float32] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit


def _encodable(text: str) -> str:
    """Bound the length, and replace lone surrogates, which the tokenizer can't take."""
    return text[:MAX_CHARACTERS].encode(errors="replace").decode()
