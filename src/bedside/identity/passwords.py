"""Passwords: what is accepted, and Argon2id in threads of its own.

Policy after NIST SP 800-63B, section 5.1.1.2 ("Memorized Secret Verifiers"): a least length, no rules of
composition, no forced change, any Unicode (normalised by NFKC, counted in code points), and a comparison
with common and context-specific values. The upper limit keeps hashing from being an attack.
"""

from __future__ import annotations

import asyncio
import base64
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bedside.identity.errors import PasswordRefused

T = TypeVar("T")

LONGEST_PASSWORD = 256
# OWASP Password Storage Cheat Sheet, "Argon2id": m=47104 (46 MiB), t=1, p=1, its first choice.
_HASHER = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
# Two at a time: 92 MiB at most, however many sign in at once.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_FEWEST_DIFFERENT = 5
_SHORTEST_CONTEXT = 4


def _decoy() -> str:
    """Return a well-formed hash that no password has, so that an unknown login costs what a known one does."""
    salt, digest = (base64.b64encode(bytes(size)).decode().rstrip("=") for size in (_HASHER.salt_len, _HASHER.hash_len))
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


_DECOY = _decoy()


async def hash_password(password: str) -> str:
    """Return the Argon2id hash. Call it outside any transaction: it takes some 50 ms."""
    return await _in_thread(lambda: _HASHER.hash(_bytes(password)))


async def verify_password(stored: str | None, password: str) -> bool:
    """Return whether ``password`` has the hash ``stored``; None or empty (nobody) takes as long and fails."""
    return await _in_thread(lambda: _verify(stored or _DECOY, password))


def needs_rehash(stored: str) -> bool:
    """Return whether ``stored`` was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def check_password(password: str, *, shortest: int, context: tuple[str, ...] = ()) -> None:
    """Raise PasswordRefused, with what to do, when a new password is not good enough.

    ``context`` holds what the password must not be made of: the login, the person's name, the service's.
    """
    text = _normal(password)
    if len(text) < shortest:
        raise PasswordRefused(f"Use at least {shortest} characters; a few words in a row are easy to keep in mind.")
    if len(text) > LONGEST_PASSWORD:
        raise PasswordRefused(f"Use at most {LONGEST_PASSWORD} characters.")
    plain = text.lower()
    if len(set(plain)) < _FEWEST_DIFFERENT or _is_run(plain):
        raise PasswordRefused("Use more than a few characters repeated or in order.")
    if _essence(plain) in _common() or plain in _common():
        raise PasswordRefused("This password is on lists that attackers try first; choose another.")
    if any(word in plain for word in _words(context)):
        raise PasswordRefused("Leave your login, your name and the service's name out of it.")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")  # what a terminal hands over need not be UTF-8


def _is_run(text: str) -> bool:
    """Return whether every character follows the one before it in code order, up or down."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps in ({1}, {-1})


def _essence(text: str) -> str:
    """Return ``text`` without the digits and signs that people put behind a common word."""
    return text.rstrip("0123456789!?.,*#$_-+ ")


def _words(context: tuple[str, ...]) -> set[str]:
    words = {part for text in context for part in text.lower().replace("@", " ").split()}
    return {word for word in words if len(word) >= _SHORTEST_CONTEXT}


@cache
def _common() -> frozenset[str]:
    text = (resources.files("bedside.identity") / "data" / "common-passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
