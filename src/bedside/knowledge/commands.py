"""``bedside knowledge``: bring sources in, search them, list them, retire one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bedside.knowledge import service
from bedside.knowledge.schemas import IngestReport, SearchHit, SourceView
from bedside.platform.cli.options import DryRunOption, JsonOption, YesOption, confirm
from bedside.platform.cli.output import emit, progress
from bedside.platform.cli.session import operator, run
from bedside.platform.errors import BadInput, ExitCode
from bedside.platform.runtime import Runtime

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Sources: ingest, search, list, retire."
)

PAGE = 200

Files = Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="Markdown (.md) or JSON lines (.jsonl).")]
Starter = Annotated[bool, typer.Option("--starter", help="Bring in the starter pack that comes with Bedside.")]
HitCount = Annotated[int, typer.Option("-k", min=1, max=service.MAX_HITS, help="How many passages.")]


@app.command()
def ingest(
    files: Files = None, starter: Starter = False, dry_run: DryRunOption = False, as_json: JsonOption = False
) -> None:
    """Bring sources in. Unchanged ones are skipped; a run that was cut off is carried on by running it again.

    Exit code 3 when something could not be read.
    """
    if not files and not starter:
        raise BadInput("Name at least one file, or give --starter.")

    async def work(runtime: Runtime) -> list[IngestReport]:
        reports = []
        with progress() as bar:
            task = bar.add_task("reading", total=None)

            def show(report: IngestReport) -> None:
                done = f"{report.sources_read} sources, {report.passages_embedded} passages embedded"
                bar.update(task, completed=report.sources_read, description=done)

            if starter:
                reports.append(await service.seed_starter(runtime, operator(), dry_run=dry_run, progress=show))
            if files:
                reports.append(await service.ingest_files(runtime, operator(), files, dry_run=dry_run, progress=show))
        return reports

    report = service.combined(run(work))
    emit(report, as_json=as_json, render=lambda console: _render_report(console, report))
    if report.problems:
        raise typer.Exit(ExitCode.NEEDS_ATTENTION)


@app.command()
def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION")], k: HitCount = 5, as_json: JsonOption = False
) -> None:
    """Find passages by words and by meaning, best first."""

    async def work(runtime: Runtime) -> list[SearchHit]:
        query = service.clean_query(question)
        vector = await service.embed_query(query)
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.search(ctx, query, vector, k=k)

    hits = run(work)
    emit(hits, as_json=as_json, render=lambda console: _render_hits(console, hits))


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the sources by key."""

    async def work(runtime: Runtime) -> list[SourceView]:
        found: list[SourceView] = []
        after: str | None = None
        while True:
            async with runtime.unit_of_work(operator()) as ctx:
                page, after = await service.list_sources(ctx, after=after, limit=PAGE)
            found.extend(page)
            if after is None:
                return found

    sources = run(work)
    emit(sources, as_json=as_json, render=lambda console: _render_sources(console, sources))


@app.command()
def retire(key: str, dry_run: DryRunOption = False, yes: YesOption = False, as_json: JsonOption = False) -> None:
    """Take a source out of search. Who has cited it can still open it; ingesting it again brings it back."""
    if not dry_run:
        confirm("retire", what="No answer will rest on this source any more.", yes=yes)

    async def work(runtime: Runtime) -> IngestReport:
        async with runtime.unit_of_work(operator()) as ctx:
            return await service.retire(ctx, key, dry_run=dry_run)

    report = run(work)
    emit(report, as_json=as_json, render=lambda console: _render_report(console, report))


def _render_report(console: Console, report: IngestReport) -> None:
    if report.dry_run:
        console.print("Dry run: nothing was changed.")
    console.print(
        f"Sources: {report.sources_read} read, {report.sources_added} new, {report.sources_changed} changed, "
        f"{report.sources_unchanged} as before, {report.sources_retired} retired."
    )
    console.print(
        f"Passages: {report.passages_added} added, {report.passages_retired} retired, "
        f"{report.passages_embedded} embedded. {report.seconds:.1f} s."
    )
    for problem in report.problems:
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        console.print(f"Skipped {escape(place)}: {escape(problem.message)}")
    if report.problems_left_out:
        console.print(f"… and {report.problems_left_out} more.")


def _render_hits(console: Console, hits: list[SearchHit]) -> None:
    if not hits:
        console.print("Nothing found. Is anything ingested? Try: bedside knowledge ingest --starter")
    for number, hit in enumerate(hits, start=1):
        console.print(f"{number}. [bold]{escape(hit.heading)}[/bold]  {hit.score:.4f}")
        console.print(escape(hit.text))
        console.print(f"   {escape(hit.publisher)}{', ' + str(hit.year) if hit.year else ''}  {escape(hit.url or '')}")
        console.print(f"   passage {hit.passage_id}\n")


def _render_sources(console: Console, sources: list[SourceView]) -> None:
    table = Table("Key", "Title", "Publisher", "Passages", "Clinical review", "Status")
    for source in sources:
        table.add_row(
            escape(source.key),
            escape(source.title),
            escape(source.publisher),
            str(source.passages),
            escape(source.clinical_review or "-"),
            source.status,
        )
    console.print(table)
