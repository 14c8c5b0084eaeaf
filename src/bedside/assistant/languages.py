"""Which language a message is in, where it is not English: by its letters, or by the commonest words."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field

from bedside.assistant.terms import tokens

_FEW_WORDS = 3
"""Up to so many words one of a language's own is enough; more need two."""
_TELLING_LETTERS = 3
# Among the most frequent words of English; running text in it has some in nearly every sentence.
_ENGLISH = frozenset(
    tokens(
        "the and i my me is am are was have has had been it a an of to in on for with not no yes do does did can what "
        "how when since this that but very pain feel feeling hurts hurt sick ache sore from at she he her his our we "
        "you your baby child son daughter husband wife mother father today yesterday days"
    )
)


class Language(BaseModel):
    """A language and what its writer is told. ``line`` holds ``{number}``, the emergency number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    line: str = Field(pattern=r"\{number\}")
    words: frozenset[str] = frozenset()
    script: str | None = Field(default=None, description="How Unicode names its letters begin.")
    letters: str = Field(default="", description="Letters that tell it from others of the same script.")


UNKNOWN = Language(name="unknown", line="In danger call {number}.")
"""Words of no language that is known here, or of none at all."""


@cache
def languages() -> tuple[Language, ...]:
    """Return the languages of ``data/languages.yaml``, those with letters of their own before others of a script."""
    text = (files("bedside.assistant") / "data" / "languages.yaml").read_text(encoding="utf-8")
    return tuple(Language.model_validate(entry) for entry in yaml.load(text, yaml.CSafeLoader)["languages"])


def foreign_language(text: str) -> Language | None:
    """Return the language of ``text``, ``UNKNOWN`` where it is none that is known, None where it may be English.

    Short texts without a word that is known get the benefit of the doubt.
    """
    letters = [c for c in text if c.isalpha()]
    if letters and sum(_is_latin(c) for c in letters) < len(letters) / 2:
        return _by_script(letters)
    words = _words(text)
    english = sum(word in _ENGLISH for word in words)
    found = max(languages(), key=lambda language: _hits(language, words), default=UNKNOWN)
    hits = _hits(found, words)
    if hits > english and (hits >= 2 or (len(words) <= _FEW_WORDS and _telling(found, words))):
        return found
    return UNKNOWN if len(words) > _FEW_WORDS and not english else None


def _words(text: str) -> list[str]:
    return tokens(unicodedata.normalize("NFC", text))


def _hits(language: Language, words: list[str]) -> int:
    return len({word for word in words if word in language.words})


def _telling(language: Language, words: list[str]) -> bool:
    return any(word in language.words and len(word) >= _TELLING_LETTERS for word in words)


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def _by_script(letters: list[str]) -> Language:
    scripts = Counter(unicodedata.name(letter, "?").split()[0].split("-")[0] for letter in letters)
    # Japanese mixes Chinese characters with its own; its own tell.
    if scripts.keys() & {"HIRAGANA", "KATAKANA"}:
        scripts.pop("CJK", None)
    script = scripts.most_common(1)[0][0]
    known = [language for language in languages() if language.script == script]
    return next((one for one in known if not one.letters or set(one.letters) & set(letters)), UNKNOWN)
