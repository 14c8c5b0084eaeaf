"""Make src/bedside/knowledge/data/starter-vectors.npy anew, after a change of the starter pack.

Vectors that still fit their passages are kept, so that a rebuild on another machine changes only what it must.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bedside.knowledge import loader
from bedside.knowledge.parsing.starter import starter_documents

PATH = Path(loader.__file__).parent / "data" / loader.STARTER_VECTORS


def main() -> None:
    passages = {p.content_hash: p.embedded_text for document in starter_documents() for p in document.passages}
    kept = loader.read_starter_vectors() if PATH.exists() else {}
    vectors = {hash_: kept[hash_] for hash_ in passages if hash_ in kept}
    missing = [hash_ for hash_ in passages if hash_ not in vectors]
    if missing:
        made = loader.load_embedder().embed([passages[hash_] for hash_ in missing])
        vectors.update(zip(missing, made, strict=True))
    hashes = sorted(vectors)
    loader.write_starter_vectors(PATH, hashes, np.array([vectors[hash_] for hash_ in hashes], dtype=np.float32))
    print(f"{len(hashes)} passages, {len(missing)} embedded anew, {PATH.stat().st_size:,} bytes: {PATH}")


if __name__ == "__main__":
    main()
