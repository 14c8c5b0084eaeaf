"""A report as one HTML file: its style and its plots are in it, no script, nothing from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape

from bedside.ops.capacity.wording import figure
from bedside.ops.rounds.rendering.document import Block, Bullets, Heading, Paragraph, Plot, Table

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h3 { margin-bottom: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentcolor 25%, transparent); padding: .35rem .6rem;
  text-align: left; vertical-align: top; overflow-wrap: anywhere; min-width: 5rem; }
figure { margin: 1.5rem 0; max-width: 40rem; }
svg { display: block; width: 100%; height: auto; }
.line { fill: none; stroke: currentcolor; stroke-width: 2; }
.grid { stroke: currentcolor; stroke-width: 1; opacity: .25; }
.mark { fill: currentcolor; font-size: 12px; }
"""
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a server that hands the report out sends with it."""
_WIDTH, _HEIGHT, _EDGE = 560, 120, 20


def render(title: str, blocks: Iterable[Block]) -> str:
    """Return the blocks as an HTML document."""
    body = "\n".join(_block(block) for block in blocks)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            return f"<p>{escape(block.text)}</p>"
        case Bullets():
            return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in block.lines)}</ul>"
        case Table():
            return _table(block)
        case Plot():
            return _plot(block)


def _table(block: Table) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in block.headings)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in block.rows)
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: Sequence[str]) -> str:
    first, *rest = row
    return f'<th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in rest)


def _plot(plot: Plot) -> str:
    points = " ".join(f"{x:.1f},{_EDGE + _HEIGHT - y:.1f}" for x, y in plot.points(_WIDTH, _HEIGHT))
    most = max(value for value in plot.values if value is not None)
    return (
        f"<figure><figcaption>{escape(plot.summary)}</figcaption>"
        f'<svg viewBox="-2 0 {_WIDTH + 4} {_HEIGHT + 2 * _EDGE}" role="img" aria-label="{escape(plot.summary)}">'
        f'<path class="grid" d="M0 {_EDGE}H{_WIDTH}M0 {_EDGE + _HEIGHT}H{_WIDTH}"/>'
        f'<polyline class="line" points="{points}"/>'
        f'<text class="mark" x="0" y="{_EDGE - 6}">{escape(figure(most, plot.unit))}</text>'
        f'<text class="mark" x="0" y="{_HEIGHT + 2 * _EDGE - 4}">{plot.moments[0]:%Y-%m-%d}</text>'
        f'<text class="mark" x="{_WIDTH}" y="{_HEIGHT + 2 * _EDGE - 4}" text-anchor="end">'
        f"{plot.moments[-1]:%Y-%m-%d}</text></svg></figure>"
    )
