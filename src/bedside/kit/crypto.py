"""Hashes, message authentication codes, commitments and random tokens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """Return ``value`` in the JSON Canonicalization Scheme (RFC 8785)."""
    return rfc8785.dumps(value)


def leaf_hash(data: bytes) -> bytes:
    """Return the Merkle leaf hash SHA-256(0x00 || data) (RFC 9162, section 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    """Return HMAC-SHA-256 of ``data`` (RFC 2104)."""
    return hmac.digest(key, data, "sha256")


def commit(salt: bytes, value: Any) -> bytes:
    """Return SHA-256(salt || canonical JSON of ``value``): hides the value while the salt is secret.

    Deleting the salt makes the commitment meaningless, which is how erased content stays erased.
    """
    return hashlib.sha256(salt + canonical_json(value)).digest()


def token_hash(token: str) -> bytes:
    """Return SHA-256 of a random token, for storing it; only for tokens of at least 128 random bits."""
    return hashlib.sha256(token.encode()).digest()


def new_token(size: int = 32) -> str:
    """Return ``size`` random bytes as URL-safe text."""
    return secrets.token_urlsafe(size)
