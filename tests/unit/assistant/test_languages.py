"""Languages that nobody here reads are told from English, and English from them."""

# ruff: noqa: RUF001 - letters of other scripts are what this is about
from __future__ import annotations

import unicodedata

import pytest

from bedside.assistant.languages import UNKNOWN, foreign_language, languages

FOREIGN = [
    ("Ich habe seit gestern starke Brustschmerzen und bekomme schlecht Luft", "German"),
    ("Brustschmerzen", "German"),
    ("j'ai mal à la tête", "French"),
    ("Mi hijo tiene fiebre y tos", "Spanish"),
    ("No puedo respirar", "Spanish"),
    ("estou com dor no peito", "Portuguese"),
    ("ho mal di testa da ieri", "Italian"),
    ("ik heb sinds gisteren pijn", "Dutch"),
    ("Od wczoraj mam silny bol glowy", "Polish"),
    ("mă doare capul foarte", "Romanian"),
    ("Göğsüm ağrıyor", "Turkish"),
    ("tôi bị đau ngực", "Vietnamese"),
    ("waxaan qabaa xanuun laabta", "Somali"),
    ("у меня болит живот", "Russian"),
    ("у мене болить живіт", "Ukrainian"),
    ("عندي ألم شديد في الصدر", "Arabic"),
    ("مجھے سینے میں درد ہے", "Urdu"),
    ("درد قفسه سینه دارم و گریه می‌کنم", "Persian"),
    ("头痛", "Chinese"),
    ("頭が痛い", "Japanese"),
    ("가슴이 아파요", "Korean"),
    ("मेरे सीने में दर्द है", "Hindi"),
    ("πονάει το στήθος μου", "Greek"),
]


@pytest.mark.parametrize(("text", "name"), FOREIGN)
def test_the_commonest_languages_are_known(text: str, name: str) -> None:
    found = foreign_language(text)
    assert found is not None
    assert found.name == name
    assert foreign_language(unicodedata.normalize("NFD", text)) == found


@pytest.mark.parametrize("text", ["asdf qwer zzz blah", "ខ្ញុំឈឺទ្រូង", "\u16a0\u16a2\u16a6"])
def test_what_is_no_known_language_is_unknown(text: str) -> None:
    assert foreign_language(text) is UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "my head hurts a lot",
        "bad headache",
        "chest pain since yesterday",
        "112",
        "?",
        "",
        "😀😀😀",
        "Tylenol",
        "E coli",
        "da doctor said no",
        "con man hit me",
        "I mean no",
        "my niño is sick with a fever",
        "La Paz is where I was, I have diarrhoea",
        "naïve question: is my baby sick",
    ],
)
def test_english_and_what_may_be(text: str) -> None:
    assert foreign_language(text) is None


def test_each_line_gives_the_emergency_number_and_nothing_else_to_fill() -> None:
    for language in languages():
        shown = language.line.replace("{number}", "112")
        assert "112" in shown
        assert "{" not in shown
        assert language.words or language.script, language.name


@pytest.mark.parametrize("text", ["a" * 4000, "und " * 1000, "頭" * 4000, "? " * 2000, "\u0301" * 4000, "ij ij " * 700])
def test_long_hostile_text_is_read_quickly(text: str) -> None:
    foreign_language(text)
