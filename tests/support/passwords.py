"""Real password hashes for accounts of tests: each password is hashed once in a run, since that is meant to cost."""

from __future__ import annotations

from bedside.identity.passwords import hash_password

_HASHES: dict[str, str] = {}


async def hashed_once(password: str) -> str:
    """Return the Argon2id hash of ``password``, the same for every account that has it."""
    if password not in _HASHES:
        _HASHES[password] = await hash_password(password)
    return _HASHES[password]
