"""A report as a file: its name, its media type, its bytes."""

from __future__ import annotations

import asyncio

from bedside.ops.rounds.rendering import html, markdown
from bedside.ops.rounds.rendering.document import build, title_of
from bedside.ops.rounds.rendering.loader import render_pdf
from bedside.ops.rounds.schemas import ReportFormat, RoundView

MEDIA = {
    ReportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.PDF: "application/pdf",
    ReportFormat.JSON: "application/json",
}
_ENDINGS = {
    ReportFormat.MARKDOWN: "md",
    ReportFormat.HTML: "html",
    ReportFormat.PDF: "pdf",
    ReportFormat.JSON: "json",
}


async def render(view: RoundView, format_: ReportFormat) -> tuple[str, bytes]:
    """Return a file name and the report."""
    name = f"bedside-{view.period}-round-{view.began_at:%Y-%m-%d}.{_ENDINGS[format_]}"
    # Drawing a PDF takes a core for a while.
    return name, await asyncio.to_thread(_render, view, format_)


def _render(view: RoundView, format_: ReportFormat) -> bytes:
    match format_:
        case ReportFormat.MARKDOWN:
            return markdown.render(build(view)).encode()
        case ReportFormat.HTML:
            return html.render(title_of(view), build(view)).encode()
        case ReportFormat.PDF:
            return render_pdf(title_of(view), build(view))
        case ReportFormat.JSON:
            return view.model_dump_json(indent=2).encode()
