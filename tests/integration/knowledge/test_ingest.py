"""Bringing sources in: idempotent, resumable, audited, refused to who may not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bedside.knowledge import ingest as ingest_module
from bedside.knowledge import service
from bedside.knowledge.schemas import IngestReport
from bedside.knowledge.tables import KnowledgePassage, KnowledgeSource, KnowledgeWord
from bedside.platform.access.actor import Actor, Role
from bedside.platform.access.ledger import AuditEvent
from bedside.platform.errors import Forbidden, NotFound
from bedside.platform.runtime import Runtime

OPERATOR = Actor.host_operator("tester")
SUBJECTS = ("zinc", "iron", "copper", "iodine", "selenium", "calcium", "sodium", "potassium")


def _record(number: int, text: str | None = None) -> dict[str, Any]:
    subject = SUBJECTS[number % len(SUBJECTS)]
    return {
        "id": str(number),
        "title": f"{subject.title()} {number}",
        "url": f"https://medlineplus.gov/{number}.html",
        "text": text
        or f"{subject.title()} is a mineral. The body needs {subject} every day. Ask about number {number}.",
    }


def _write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


async def _counts(runtime: Runtime) -> dict[str, int]:
    async with runtime.unit_of_work(OPERATOR) as ctx:
        live = select(func.count()).select_from(KnowledgePassage).where(KnowledgePassage.retired_at.is_(None))
        retired = select(func.count()).select_from(KnowledgePassage).where(KnowledgePassage.retired_at.is_not(None))
        sources = select(func.count()).select_from(KnowledgeSource)
        row = (
            await ctx.session.execute(
                select(live.scalar_subquery(), retired.scalar_subquery(), sources.scalar_subquery())
            )
        ).one()
    return dict(zip(("live", "retired", "sources"), row, strict=True))


async def test_a_second_run_changes_nothing(runtime: Runtime, tmp_path: Path) -> None:
    path = _write(tmp_path / "minerals.jsonl", [_record(number) for number in range(20)])
    first = await service.ingest_files(runtime, OPERATOR, [path])
    assert (first.sources_added, first.passages_added, first.passages_embedded) == (20, 20, 20)
    before = await _counts(runtime)
    second = await service.ingest_files(runtime, OPERATOR, [path])
    assert (second.sources_unchanged, second.sources_added, second.sources_changed) == (20, 0, 0)
    assert (second.passages_added, second.passages_retired, second.passages_embedded) == (0, 0, 0)
    assert await _counts(runtime) == before == {"live": 20, "retired": 0, "sources": 20}


async def test_a_changed_source_retires_its_old_passage_and_keeps_it_readable(runtime: Runtime, tmp_path: Path) -> None:
    path = _write(tmp_path / "minerals.jsonl", [_record(0), _record(1)])
    await service.ingest_files(runtime, OPERATOR, [path])
    async with runtime.unit_of_work(OPERATOR) as ctx:
        (old,) = [hit for hit in await service.search(ctx, "zinc", None) if "Zinc" in hit.title]
    _write(path, [_record(0, "Zinc is now described in other words entirely."), _record(1)])
    report = await service.ingest_files(runtime, OPERATOR, [path])
    assert (report.sources_changed, report.sources_unchanged) == (1, 1)
    assert (report.passages_added, report.passages_retired) == (1, 1)
    async with runtime.unit_of_work(OPERATOR) as ctx:
        hits = await service.search(ctx, "zinc", await service.embed_query("zinc"))
        cited = await service.get_passage(ctx, old.passage_id)
    assert old.passage_id not in {hit.passage_id for hit in hits}
    assert cited.retired
    assert cited.text == old.text


async def test_going_back_to_an_old_text_brings_its_passage_back(runtime: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "minerals.jsonl"
    for text in (None, "Something else about zinc.", None):
        report = await service.ingest_files(runtime, OPERATOR, [_write(path, [_record(0, text)])])
    assert (report.passages_added, report.passages_retired, report.passages_embedded) == (1, 1, 0)
    assert await _counts(runtime) == {"live": 1, "retired": 1, "sources": 1}


async def test_a_run_that_was_cut_off_is_carried_on(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module, "BATCH_PASSAGES", 4)
    path = _write(tmp_path / "minerals.jsonl", [_record(number) for number in range(12)])

    class Cut(Exception):
        pass

    def cut_after_two_batches(report: IngestReport) -> None:
        if report.sources_read >= 8:
            raise Cut

    with pytest.raises(Cut):
        await service.ingest_files(runtime, OPERATOR, [path], progress=cut_after_two_batches)
    assert (await _counts(runtime))["live"] == 8
    report = await service.ingest_files(runtime, OPERATOR, [path])
    assert (report.sources_unchanged, report.sources_added, report.passages_embedded) == (8, 4, 4)
    assert (await _counts(runtime))["live"] == 12


async def test_words_are_counted_after_a_run_that_was_cut_off_at_its_end(runtime: Runtime, tmp_path: Path) -> None:
    path = _write(tmp_path / "minerals.jsonl", [_record(number) for number in range(3)])

    def cut(report: IngestReport) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await service.ingest_files(runtime, OPERATOR, [path], progress=cut)
    await service.ingest_files(runtime, OPERATOR, [path])
    async with runtime.unit_of_work(OPERATOR) as ctx:
        words = {row.word: row.passages for row in (await ctx.session.execute(select(KnowledgeWord))).scalars()}
    assert words[""] == 3
    assert words["miner"] == 3
    assert words["zinc"] == 1


async def test_a_dry_run_tells_and_changes_nothing(runtime: Runtime, tmp_path: Path) -> None:
    path = _write(tmp_path / "minerals.jsonl", [_record(number) for number in range(5)])
    planned = await service.ingest_files(runtime, OPERATOR, [path], dry_run=True)
    assert await _counts(runtime) == {"live": 0, "retired": 0, "sources": 0}
    done = await service.ingest_files(runtime, OPERATOR, [path])
    ignored = {"dry_run", "seconds"}
    assert planned.dry_run
    assert planned.model_dump(exclude=ignored) == done.model_dump(exclude=ignored)


async def test_problems_do_not_stop_the_rest(runtime: Runtime, tmp_path: Path) -> None:
    good = _write(tmp_path / "minerals.jsonl", [_record(0)])
    with good.open("a", encoding="utf-8") as file:
        file.write("\n{broken\n" + json.dumps(_record(1)))
    binary = tmp_path / "binary.md"
    binary.write_bytes(b"\x00\xff")
    report = await service.ingest_files(runtime, OPERATOR, [binary, tmp_path / "none.md", good])
    assert report.sources_added == 2
    assert [(p.file, p.line) for p in report.problems] == [
        ("binary.md", None),
        ("none.md", None),
        ("minerals.jsonl", 2),
    ]


async def test_many_problems_are_counted_not_listed(runtime: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text("{\n" * 1_000, encoding="utf-8")
    report = await service.ingest_files(runtime, OPERATOR, [path])
    assert len(report.problems) == ingest_module.LISTED_PROBLEMS
    assert len(report.problems) + report.problems_left_out == 1_000


async def test_two_files_of_one_name_do_not_overwrite_each_other(runtime: Runtime, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rules.md").write_text(f"Rules of ward {folder}.", encoding="utf-8")
    report = await service.ingest_files(runtime, OPERATOR, [tmp_path / "a/rules.md", tmp_path / "b/rules.md"])
    assert report.sources_added == 1
    assert "same id" in report.problems[0].message


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE])
async def test_who_may_not_manage_knowledge_is_refused(runtime: Runtime, tmp_path: Path, role: Role) -> None:
    path = _write(tmp_path / "minerals.jsonl", [_record(0)])
    with pytest.raises(Forbidden, match="manage_knowledge"):
        await service.ingest_files(runtime, Actor(role=role), [path])
    with pytest.raises(Forbidden, match="manage_knowledge"):
        async with runtime.unit_of_work(Actor(role=role)) as ctx:
            await service.retire(ctx, "minerals/0")
    assert (await _counts(runtime))["sources"] == 0


@pytest.mark.parametrize("role", [Role.PATIENT, Role.NURSE])
async def test_the_database_itself_refuses_their_writing(runtime: Runtime, role: Role) -> None:
    with pytest.raises(Exception, match="row-level security"):
        async with runtime.unit_of_work(Actor(role=role)) as ctx:
            ctx.session.add(
                KnowledgeSource(
                    key="x",
                    title="x",
                    publisher="x",
                    kind="article",
                    content_hash="x",
                    status="active",
                    created_at=ctx.now(),
                    updated_at=ctx.now(),
                )
            )


async def test_every_change_is_audited(runtime: Runtime, tmp_path: Path) -> None:
    path = _write(tmp_path / "minerals.jsonl", [_record(0), _record(1)])
    await service.ingest_files(runtime, OPERATOR, [path])
    async with runtime.unit_of_work(OPERATOR) as ctx:
        await service.retire(ctx, "minerals/0")
    async with runtime.unit_of_work(OPERATOR) as ctx:
        statement = select(AuditEvent).where(AuditEvent.entity == "knowledge_source").order_by(AuditEvent.recorded_at)
        events = list((await ctx.session.execute(statement)).scalars())
    assert [event.action for event in events] == ["knowledge.ingest", "knowledge.retire"]
    assert [len(event.entity_ids) for event in events] == [2, 1]


async def test_a_retired_source_is_not_found_until_it_comes_back(runtime: Runtime, tmp_path: Path) -> None:
    path = _write(tmp_path / "minerals.jsonl", [_record(0), _record(1)])
    await service.ingest_files(runtime, OPERATOR, [path])
    async with runtime.unit_of_work(OPERATOR) as ctx:
        planned = await service.retire(ctx, "minerals/0", dry_run=True)
        assert await service.search(ctx, "zinc", None)
        report = await service.retire(ctx, "minerals/0")
        assert not await service.search(ctx, "zinc", None)
    assert planned.passages_retired == report.passages_retired == 1
    with pytest.raises(NotFound, match="knowledge list"):
        async with runtime.unit_of_work(OPERATOR) as ctx:
            await service.retire(ctx, "minerals/0")
    back = await service.ingest_files(runtime, OPERATOR, [path])
    assert (back.sources_changed, back.passages_added, back.passages_embedded) == (1, 1, 0)
    async with runtime.unit_of_work(OPERATOR) as ctx:
        assert await service.search(ctx, "zinc", None)


async def test_sources_are_listed_in_pages(runtime: Runtime, tmp_path: Path) -> None:
    path = _write(tmp_path / "minerals.jsonl", [_record(number) for number in range(5)])
    await service.ingest_files(runtime, OPERATOR, [path])
    keys: list[str] = []
    after = None
    async with runtime.unit_of_work(Actor(role=Role.PATIENT)) as ctx:
        for _ in range(3):
            page, after = await service.list_sources(ctx, after=after, limit=2)
            keys += [source.key for source in page]
    assert keys == [f"minerals/{number}" for number in range(5)]
    assert after is None
    assert page[0].passages == 1
