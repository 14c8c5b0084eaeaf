"""Run the benchmarks: ``python -m benchmarks [NAME…]``. Each one runs in a process of its own.

``story`` and ``through_the_system`` need a running Bedside and are run by name alone.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NEEDS_A_SERVER = {"story", "through_the_system"}


def main(wanted: list[str]) -> int:
    """Run those named, or all that need nothing running; return how many failed."""
    known = {p.stem for p in Path(__file__).parent.glob("[a-z]*.py")}
    unknown = sorted(set(wanted) - known)
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are {', '.join(sorted(known))}.", file=sys.stderr)
        return 2
    failed = 0
    for name in wanted or sorted(known - NEEDS_A_SERVER):
        print(f"\n=== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
