"""The report of a round in each format: nothing that people wrote becomes markup, and a server's policy lets it be."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from uuid import UUID

import pytest
from markdown_it import MarkdownIt

from bedside.ops.rounds.rendering import html
from bedside.ops.rounds.rendering.files import render
from bedside.ops.rounds.schemas import (
    Answer,
    FigureView,
    ItemState,
    ItemView,
    Line,
    Looked,
    Period,
    Ran,
    ReportFormat,
    RoundView,
    ToDo,
)
from bedside.ops.series.schemas import SeriesUnit
from bedside.platform.checks import Health

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
HOSTILE = (
    "<script>alert('x')</script> | a *b* [c](javascript:d) `e`\n# f <img src=x onerror=y> & \u202e \u4f60 \U0001f35e"
)


def view(text: str = HOSTILE, items: int = 1, rounds: int = 5) -> RoundView:
    entries = [
        ItemView(
            item=f"item_{n}",
            title=f"Item {n} {text}",
            who=text or "administrator",
            lines=[Line(runbook="A", line=1017, words="Monitor")],
            checks={Health.HEALTHY: 2, Health.DEGRADED: 1, Health.DOWN: 0},
            skipped=1,
            troubled=[
                Looked(name="db.a", title="Tables", status=Health.DEGRADED, evidence=text or "x", remedy=text or None)
            ],
            ran=[
                Ran(
                    procedure="a.b",
                    title="Care",
                    parameters={},
                    state="partial",
                    run_id=UUID(int=1),
                    actions=3,
                    findings=[text],
                    follow_up=[text],
                    failures=[text],
                )
            ],
            figures=["disk.used"],
            question="Well?",
            how=text,
            waits=text or None,
            state=ItemState.ATTENTION,
            answer=Answer.NOT_DONE,
            note=text,
            answered_at=NOW,
            answered_by_name=text or "Ada",
            open=False,
        )
        for n in range(items)
    ]
    history = [None, *(40.0 + n for n in range(rounds - 1))]
    return RoundView(
        id=UUID(int=2),
        period=Period.DAILY,
        run_id=UUID(int=3),
        performed_by=text or "schedule",
        began_at=NOW,
        finished_at=None if not text else NOW,
        state=ItemState.ATTENTION,
        items=items,
        attention=items,
        failed=0,
        open=0,
        entries=entries,
        figures=[
            FigureView(
                name="disk.used", title="Disk", unit=SeriesUnit.PERCENT, value=43, before=42, history=history[:rounds]
            )
        ],
        moments=[NOW - (rounds - n) * timedelta(days=1) for n in range(rounds)],
        todo=[ToDo(who=text or "a", what=text or "b", how=text or None, item="item_0")],
    )


class Elements(HTMLParser):
    """The elements and attributes of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


async def test_html_has_no_script_no_address_and_only_the_style_that_its_policy_names() -> None:
    name, content = await render(view(), ReportFormat.HTML)
    text = content.decode()
    found = Elements(text)
    assert name == "bedside-daily-round-2026-11-22.html"
    assert not found.tags & {"script", "img", "a", "link", "iframe", "object", "form"}
    assert not {each for each in found.attributes if each.startswith("on") or each in {"style", "src", "href"}}
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = b64encode(sha256("".join(styles).encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in html.CONTENT_SECURITY
    assert "default-src 'none'" in html.CONTENT_SECURITY
    assert "unsafe" not in html.CONTENT_SECURITY
    # The plot says in words what it draws; a round without the figure leaves a gap, not a zero.
    assert 'aria-label="Disk over 4 rounds: from 40.0 % to 43.0 %, least 40.0 %, most 43.0 %."' in text
    points = re.search(r'points="([^"]+)"', text)
    assert points is not None
    assert len(points[1].split()) == 4


async def test_markdown_shows_what_people_wrote_as_it_was_written() -> None:
    _, content = await render(view(), ReportFormat.MARKDOWN)
    found = Elements(MarkdownIt("commonmark", {"html": True}).enable("table").render(content.decode()))
    assert found.tags <= {"h1", "h2", "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
    assert found.attributes == set()


async def test_json_is_the_round_and_the_same_again() -> None:
    _, content = await render(view(), ReportFormat.JSON)
    assert RoundView.model_validate(json.loads(content)) == view()


@pytest.mark.parametrize(("text", "items", "rounds"), [(HOSTILE, 1, 5), ("", 1, 1), ("wide " * 20_000, 3, 12)])
async def test_pdf_is_made_of_the_hostile_the_empty_and_the_huge(text: str, items: int, rounds: int) -> None:
    _, content = await render(view(text, items, rounds), ReportFormat.PDF)
    assert content.startswith(b"%PDF-1.")
    assert content.rstrip().endswith(b"%%EOF")
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", content))
    assert pages >= 1
    assert b"/JavaScript" not in content
    assert b"/URI" not in content
