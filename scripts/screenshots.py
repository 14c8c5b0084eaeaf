"""Pictures of every page (tests/browser/support/gallery.py), light and dark, wide and narrow: `make screenshots`.

They go to var/screenshots; name parts of pages' names to take only those: make screenshots ARGS="patient landing".
"""

import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def main(names: list[str]) -> int:
    folder = ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as cache:
        options = ["-q", "--no-header", f"--override-ini=cache_dir={cache}", f"--rootdir={ROOT}"]
        return int(
            pytest.main(
                [*options, str(ROOT / "tests" / "browser" / "take_screenshots.py"), *_chosen(names)],
            )
        )


def _chosen(names: list[str]) -> list[str]:
    return ["-k", " or ".join(names)] if names else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
