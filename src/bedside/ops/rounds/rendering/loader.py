"""The one place that imports ReportLab: only whoever asks for a PDF waits for it."""

from __future__ import annotations

from collections.abc import Iterable

from bedside.ops.rounds.rendering.document import Block


def render_pdf(title: str, blocks: Iterable[Block]) -> bytes:
    """Return the blocks as a PDF document."""
    from bedside.ops.rounds.rendering.pdf import render

    return render(title, blocks)
