"""What holds for every page in every state: accessible, and no sideways scrolling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).parents[3]
_AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 A and AA, with axe's best practices.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def axe(page: Page, *, within: str | None = None) -> None:
    """Fail with what axe finds on the page as it is now."""
    page.get_by_role("heading", level=1).first.wait_for(state="attached")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "([within, tags]) => axe.run(within ?? document, {runOnly: {type: 'tag', values: tags}})", [within, _TAGS]
    )
    lines = [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert not lines, "\n".join(lines)


def sideways_scroll(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def small_targets(page: Page, least: int) -> list[str]:
    """Return what can be pressed and is smaller than ``least`` pixels, but for links in running text (WCAG 2.5.8)."""
    found: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll('a[href], button, input, select, textarea, [role=menuitem]')]
            .filter((e) => e.checkVisibility() && !e.closest('[aria-hidden=true]'))
            .filter((e) => getComputedStyle(e).display !== 'inline')
            .filter((e) => !(e.matches('input[type=radio], input[type=checkbox]') && e.closest('label')))
            .map((e) => [e, e.getBoundingClientRect()])
            .filter(([, r]) => r.width > 1 && r.height > 1 && (r.width < least - 0.5 || r.height < least - 0.5))
            .map(([e, r]) => `${e.outerHTML.slice(0, 160)} ${Math.round(r.width)}x${Math.round(r.height)}`)""",
        least,
    )
    return found
