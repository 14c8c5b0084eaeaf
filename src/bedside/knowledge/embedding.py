"""What an embedder is: text in, unit vectors out. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = 384
"""Length of every vector that the database column holds."""

MODEL_ID = "all-MiniLM-L6-v2-int8"
"""Stored beside each vector: vectors of different models are not comparable."""

MAX_BATCH = 8
"""Texts in one forward pass; memory grows with it, speed on two cores does not."""


class Embedder(Protocol):
    """Turns texts into vectors of unit length, so that a dot product is the cosine similarity."""

    model_id: str

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a float32 array of shape (len(texts), DIMENSIONS), rows in the order of ``texts``.

        CPU bound: call it in a thread, and outside any transaction.
        """
        ...
