"""No test by its name, so `make test` passes it over: `make screenshots` runs it for its pictures."""

from __future__ import annotations

import pytest

from tests.browser.support.browsing import NARROW, WIDE, Visits
from tests.browser.support.gallery import PAGES, Shot, take
from tests.browser.support.looks import ROOT

FOLDER = ROOT / "var" / "screenshots"


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    return {"SAMPLE_DATA": "true"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "320"])
@pytest.mark.parametrize("shot", PAGES, ids=lambda shot: shot.name)
def test_picture(visit: Visits, shot: Shot, size: tuple[int, int], scheme: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    options = {"size": size, "color_scheme": scheme}
    one = visit.patient(**options) if shot.who == "patient" else visit(shot.who, **options)
    assert visit.house is not None
    take(shot, one, visit.house, str(FOLDER / f"{shot.name}-{size[0]}-{scheme}.png"))
