"""Every action of the audit has its plain words on the audit's page."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RECORDED = re.compile(r'(?:\brecord(?:_reading)?\(\s*(?:ctx,\s*)?|\baction=)"([a-z_]+)\.([a-z_]+)"')


def test_what_is_recorded_is_said_in_words() -> None:
    words = json.loads((ROOT / "web/src/i18n/en/audit.json").read_text(encoding="utf-8"))["did"]
    sources = (ROOT / "src" / "bedside").rglob("*.py")
    actions = {found for file in sources for found in RECORDED.findall(file.read_text(encoding="utf-8"))}
    assert len(actions) > 25
    assert sorted(f"{thing}.{act}" for thing, act in actions if act not in words.get(thing, {})) == []
