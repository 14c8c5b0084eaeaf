"""Logins and display names: one spelling for each, and nothing in them that deceives the eye."""

from __future__ import annotations

import unicodedata

LONGEST_LOGIN = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
LONGEST_NAME = 120
# What separates or quotes addresses in a mail's header: a login must never become two recipients.
_FORBIDDEN = set(',;:<>()[]"\\`|')
_JOINERS = {"\u200c", "\u200d"}  # Persian and Indic names are spelt with them


def normalise_login(text: str) -> str:
    """Return the one spelling of an e-mail address used as a login: NFKC, lower case, no outer blanks.

    Raises ValueError when it is no address or holds characters that can't be seen.
    """
    login = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).lower())
    local, at, domain = login.rpartition("@")
    if not (local and at and domain) or "@" in local or len(login) > LONGEST_LOGIN:
        raise ValueError(f"must be an e-mail address of at most {LONGEST_LOGIN} characters")
    if any(c.isspace() or c in _FORBIDDEN or unicodedata.category(c)[0] == "C" for c in login):
        raise ValueError("must not hold blanks, quotes, brackets, commas or characters that can't be seen")
    return login


def lookup_login(text: str) -> str:
    """Return the normalised login, or the empty string, which no account has, where ``text`` can't be one."""
    try:
        return normalise_login(text)
    except ValueError:
        return ""


def clean_name(text: str) -> str:
    """Return a display name in NFC with single blanks.

    Raises ValueError when nothing is left or it holds control or direction characters.
    """
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not name or len(name) > LONGEST_NAME:
        raise ValueError(f"must be 1 to {LONGEST_NAME} characters long")
    if any(unicodedata.category(c)[0] == "C" and c not in _JOINERS for c in name):
        raise ValueError("must not hold control characters")
    return name
