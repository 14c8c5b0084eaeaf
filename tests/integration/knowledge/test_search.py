"""Search on real PostgreSQL, with questions of every kind."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bedside.knowledge import service
from bedside.knowledge.schemas import SearchHit
from bedside.platform.access.actor import Actor, Role
from bedside.platform.errors import BadInput, NotFound, TooLarge
from bedside.platform.runtime import Runtime

OPERATOR = Actor.host_operator("tester")
PATIENT = Actor(role=Role.PATIENT)

HOSTILE = [
    "'; DROP TABLE knowledge_passages; --",
    "' OR 1=1 --",
    "\\'); SELECT pg_sleep(10); --",
    "& | ! <-> ( ) :* :A",
    "foo & | bar",
    '"unclosed quote',
    "-minus -everything",
    "or or or and not",
    "ankle:*",
    "O'Brien's",
    "\\ \\\\ \\'",
    "%s %(query)s {query} :query $1",
    "</script><script>alert(1)</script>ankle",
    "the of and",
    "?!…",
    "\u202eankle\u200b",
    "ankle\x00\x01",
    "胸が痛い",
    "🤕",
    "http://example.org/a?b=c anti-inflammatory user@example.org 1e400 -0.0",
    "a" * service.MAX_QUERY_CHARACTERS,
    "ankle " * (service.MAX_QUERY_CHARACTERS // 6),
]

PAGES = {
    "sprain": "# Sprained ankle\n\nWith a sprained ankle, rest the joint. Raise the ankle on a pillow.",
    "nosebleed": "# Nosebleed\n\nWith a nosebleed, sit down and lean forward. Pinch the soft part of your nose.",
    "tetanus": "# Tetanus\n\nA tetanus booster may be due after a dirty wound. Ask how long ago the last one was.",
    "quotes": "# O'Brien's sign\n\nO'Brien's sign is a \\ backslash with anti-inflammatory tablets 50% of the time.",
    "visiting": "# Visiting hours\n\nVisitors may come from two to four in the afternoon.",
}


@pytest.fixture
async def pages(runtime: Runtime, tmp_path: Path) -> Runtime:
    files = [tmp_path / f"{name}.md" for name in PAGES]
    for file, text in zip(files, PAGES.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    report = await service.ingest_files(runtime, OPERATOR, files)
    assert report.sources_added == len(PAGES)
    assert not report.problems
    return runtime


async def _search(runtime: Runtime, query: str, *, k: int = 5, vector: bool = True) -> list[SearchHit]:
    numbers = await service.embed_query(query) if vector else None
    async with runtime.unit_of_work(PATIENT) as ctx:
        return await service.search(ctx, query, numbers, k=k)


async def test_words_and_meaning_both_find(pages: Runtime) -> None:
    by_words = await _search(pages, "tetanus booster", vector=False)
    assert by_words[0].title == "Tetanus"
    assert by_words[0].text_match == "all"
    assert by_words[0].similarity is None
    by_meaning = await _search(pages, "my nostril is pouring with blood")
    assert by_meaning[0].title == "Nosebleed"
    assert by_meaning[0].similarity is not None
    assert by_meaning[0].similarity > 0.3


async def test_some_words_are_enough(pages: Runtime) -> None:
    (hit,) = await _search(pages, "xylophone tetanus quaternion", vector=False)
    assert hit.title == "Tetanus"
    assert hit.text_match == "some"


async def test_rare_words_count_for_more_than_common_ones(pages: Runtime) -> None:
    hits = await _search(pages, "with a nose and the ankle pillow", vector=False)
    assert hits[0].title == "Sprained ankle"


async def test_a_hit_carries_its_source_and_opens(pages: Runtime) -> None:
    hit = (await _search(pages, "visiting hours"))[0]
    async with pages.unit_of_work(PATIENT) as ctx:
        opened = await service.get_passage(ctx, hit.passage_id)
    assert opened.text == hit.text
    assert not opened.retired
    assert opened.sentences[0].citations[0].title == "Visiting hours"
    assert isinstance(hit.passage_id, UUID)


async def test_no_such_passage(pages: Runtime) -> None:
    with pytest.raises(NotFound):
        async with pages.unit_of_work(PATIENT) as ctx:
            await service.get_passage(ctx, uuid4())


async def test_kinds_narrow_the_search(pages: Runtime) -> None:
    vector = await service.embed_query("ankle")
    async with pages.unit_of_work(PATIENT) as ctx:
        assert await service.search(ctx, "ankle", vector, kinds=["article"])
        assert not await service.search(ctx, "ankle", vector, kinds=["starter"])


async def test_no_query_breaks_out_or_down(pages: Runtime) -> None:
    for query in HOSTILE:
        started = time.perf_counter()
        hits = await _search(pages, query)
        await _search(pages, query, vector=False)
        assert time.perf_counter() - started < 5, query
        assert len(hits) <= 5, query
    assert len(await _search(pages, "ankle")) == 5


async def test_quotes_and_minus_are_understood(pages: Runtime) -> None:
    assert (await _search(pages, '"soft part"', vector=False))[0].text_match == "all"
    hits = await _search(pages, "joint -pillow", vector=False)
    assert all(hit.text_match != "all" for hit in hits)


async def test_odd_words_are_found(pages: Runtime) -> None:
    assert (await _search(pages, "O'Brien's", vector=False))[0].title == "O'Brien's sign"
    assert (await _search(pages, "anti-inflammatory", vector=False))[0].title == "O'Brien's sign"


async def test_an_empty_question_is_refused(pages: Runtime) -> None:
    for query in ("", "   ", "\x00", "\u200b\u202e", "<br>"):
        with pytest.raises(BadInput, match="empty"):
            await _search(pages, query)


async def test_a_huge_question_is_refused(pages: Runtime) -> None:
    with pytest.raises(TooLarge, match="2000"):
        await _search(pages, "a" * 1_000_000)


async def test_k_is_bounded(pages: Runtime) -> None:
    for k in (0, -1, 51):
        with pytest.raises(BadInput, match="from 1 to 50"):
            await _search(pages, "ankle", k=k)


async def test_a_vector_of_another_length_is_refused(pages: Runtime) -> None:
    with pytest.raises(BadInput, match="384"):
        async with pages.unit_of_work(PATIENT) as ctx:
            await service.search(ctx, "ankle", [0.1, 0.2])


async def test_the_same_text_is_given_once(pages: Runtime, tmp_path: Path) -> None:
    copy = tmp_path / "copy.md"
    copy.write_text(PAGES["tetanus"], encoding="utf-8")
    await service.ingest_files(pages, OPERATOR, [copy])
    titles = [hit.title for hit in await _search(pages, "tetanus booster")]
    assert titles.count("Tetanus") == 1


async def test_nothing_is_found_in_an_empty_library(runtime: Runtime) -> None:
    assert await _search(runtime, "ankle") == []
