"""What a report says, in blocks that each format draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bedside.ops.capacity.wording import figure
from bedside.ops.rounds.plan import RUNBOOKS
from bedside.ops.rounds.schemas import Answer, FigureView, ItemState, ItemView, RoundView
from bedside.ops.series.schemas import SeriesUnit

STATES = {
    ItemState.WELL: "well",
    ItemState.ATTENTION: "needs attention",
    ItemState.FAILED: "down or failed",
    ItemState.WAITING: "for a later version",
}
ANSWERS = {Answer.DONE: "done", Answer.NOT_DONE: "not done"}
LEAST_FOR_PLOT = 2


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Bullets:
    lines: Sequence[str]


@dataclass(frozen=True)
class Table:
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Plot:
    """A figure over rounds; ``summary`` says in words what the line shows."""

    title: str
    summary: str
    unit: SeriesUnit
    moments: Sequence[datetime]
    values: Sequence[float | None]

    def points(self, width: float, height: float) -> list[tuple[float, float]]:
        """Return the line from the left bottom of a picture; zero is at the bottom."""
        top = max((value for value in self.values if value is not None), default=0.0) or 1.0
        step = width / max(1, len(self.values) - 1)
        return [(n * step, height * value / top) for n, value in enumerate(self.values) if value is not None]


Block = Heading | Paragraph | Bullets | Table | Plot


def title_of(view: RoundView) -> str:
    """Return the report's title."""
    return f"{view.period.capitalize()} round of {view.began_at:%Y-%m-%d}"


def build(view: RoundView) -> Iterator[Block]:
    """Yield the report of a round."""
    yield Heading(1, title_of(view))
    yield Paragraph(_head(view))
    yield Heading(2, "Left for people")
    if view.todo:
        yield Table(("Who", "What", "How"), [(each.who, each.what, each.how or "") for each in view.todo])
    else:
        yield Paragraph("Nothing.")
    yield Heading(2, "What was looked at and done")
    yield Table(("Item", "How it is", "Checks", "Procedures", "Answer"), [_row(each) for each in view.entries])
    for each in view.entries:
        yield Heading(3, each.title)
        yield from _item(each, {figure.name: figure for figure in view.figures})
    if view.figures:
        yield Heading(2, "Trends")
        yield Table(("Figure", "Now", "Last round", "Change"), [_figure_row(each) for each in view.figures])
        for shown in view.figures:
            if sum(value is not None for value in shown.history) >= LEAST_FOR_PLOT:
                yield Plot(shown.title, plot_words(shown), shown.unit, view.moments, shown.history)


def _head(view: RoundView) -> str:
    end = (
        f"ended {view.finished_at:%Y-%m-%d %H:%M} UTC"
        if view.finished_at
        else "has not ended: it goes on, or its process ended in the middle"
    )
    return (
        f"Begun {view.began_at:%Y-%m-%d %H:%M} UTC by {view.performed_by}, {end}. {view.items} items: "
        f"{view.failed} down or failed, {view.attention} need attention, {view.open} questions open. "
        f"On the whole: {STATES[view.state]}."
    )


def _row(each: ItemView) -> tuple[str, str, str, str, str]:
    checks = ", ".join(f"{count} {status}" for status, count in each.checks.items() if count)
    if each.skipped:
        checks = f"{checks}, {each.skipped} skipped".removeprefix(", ")
    answer = "open" if each.open else ANSWERS[each.answer] if each.answer else ""
    return each.title, STATES[each.state], checks, ", ".join(f"{ran.title}: {ran.state}" for ran in each.ran), answer


def _item(each: ItemView, figures: dict[str, FigureView]) -> Iterator[Block]:
    places = "; ".join(f"{RUNBOOKS[line.runbook]}, line {line.line}: {line.words}" for line in each.lines)
    yield Paragraph(f"{STATES[each.state].capitalize()}. For: {each.who}. From: {places}.")
    lines = [f"{seen.title} is {seen.status}: {seen.evidence} {seen.remedy or ''}".strip() for seen in each.troubled]
    for ran in each.ran:
        lines.append(f"{ran.title} ({ran.procedure}): {ran.state}, {ran.actions} actions.")
        lines += [f"{ran.title} found: {line}" for line in ran.findings]
        lines += [f"{ran.title} could not: {line}" for line in ran.failures]
        lines += [f"{ran.title} leaves: {line}" for line in ran.follow_up]
    lines += each.notes
    lines += [
        f"{shown.title}: {figure(shown.value, shown.unit)}"
        for name in each.figures
        if (shown := figures.get(name)) is not None and shown.value is not None
    ]
    if each.question:
        lines.append(f"Asked: {each.question}")
    if each.answer and each.answered_at:
        by = f"{each.answered_by_name}, {each.answered_at:%Y-%m-%d %H:%M} UTC"
        lines.append(f"Answered: {ANSWERS[each.answer]} ({by}). {each.note or ''}".strip())
    elif each.how:
        lines.append(f"Not answered yet. {each.how}")
    if each.waits:
        lines.append(f"Comes with a later version: {each.waits}")
    if lines:
        yield Bullets(lines)


def _figure_row(shown: FigureView) -> tuple[str, str, str, str]:
    def told(value: float | None) -> str:
        return "" if value is None else figure(value, shown.unit)

    both = shown.value is not None and shown.before is not None
    change = figure((shown.value or 0) - (shown.before or 0), shown.unit, signed=True) if both else ""
    return shown.title, told(shown.value), told(shown.before), change


def plot_words(shown: FigureView) -> str:
    """Return what the line of a figure shows."""
    known = [value for value in shown.history if value is not None]
    return (
        f"{shown.title} over {len(known)} rounds: from {figure(known[0], shown.unit)} to "
        f"{figure(known[-1], shown.unit)}, least {figure(min(known), shown.unit)}, "
        f"most {figure(max(known), shown.unit)}."
    )
