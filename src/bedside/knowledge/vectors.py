"""Embedding off the event loop, in a few threads of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from bedside.knowledge.loader import default_threads, load_embedder, read_starter_vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# One query uses one core; as many at once as there are cores to use. More would only make all of them wait.
_QUERIES = ThreadPoolExecutor(max_workers=default_threads(), thread_name_prefix="embed-query")


async def embed_query(text: str) -> list[float]:
    """Return the unit vector of a question, about 5 ms on one core. Call it outside any unit of work.

    The first call in a process loads the model (about 0.7 s). Raises Unavailable when it can't be loaded.
    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_QUERIES, _one, text)


async def embed_passages(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return one unit vector per text, using the cores for each batch. Raises Unavailable."""
    return await asyncio.to_thread(lambda: load_embedder().embed(texts))


async def starter_vectors() -> dict[str, NDArray[np.float32]]:
    """Return the starter pack's shipped vectors by content hash of the passage."""
    return await asyncio.to_thread(read_starter_vectors)


def _one(text: str) -> list[float]:
    vector: list[float] = load_embedder(threads=1).embed([text])[0].tolist()
    return vector
