"""docs/ops-database.md names every check of the database and every threshold, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from bedside.ops.database.checks.all import DATABASE_CHECKS
from bedside.ops.database.settings import DatabaseCheckSettings

PAGE = Path(__file__).parents[3] / "docs" / "ops-database.md"


def test_the_page_lists_every_check_with_its_meaning_and_every_threshold() -> None:
    text = PAGE.read_text(encoding="utf-8")
    rows = {m[1]: m[2] for m in re.finditer(r"^\| `(db\.\w+)` \| (.+?) \|", text, re.MULTILINE)}
    assert set(rows) == {check.name for check in DATABASE_CHECKS}
    for check in DATABASE_CHECKS:
        meaning = " ".join((check.look.__doc__ or "").split())
        assert meaning
        assert rows[check.name].startswith(meaning), check.name
    thresholds = {str(field.alias) for field in DatabaseCheckSettings.model_fields.values()}
    assert thresholds <= set(re.findall(r"`(DB_\w+)`", text))


def test_every_default_on_the_page_is_the_setting_s() -> None:
    text = PAGE.read_text(encoding="utf-8")
    defaults = {str(f.alias): f.default for f in DatabaseCheckSettings.model_fields.values()}
    told = re.findall(r"`(DB_\w+)` (\d[\d,.]*\d|\d)", text)
    assert len(told) > 30
    for name, number in told:
        assert float(number.replace(",", "")) == float(defaults[name]), name
