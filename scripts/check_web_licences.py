"""Every package that the pages are made of, or made with, has a licence that is allowed; see check_licences.py."""

import json
import sys
from pathlib import Path
from typing import Any

import tree
from check_licences import allowed

# Tools that build the pages, and reach nobody else, may also have these.
OF_TOOLS = {"BlueOak-1.0.0"}


def main() -> int:
    web = tree.root() / "web"
    packages = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    problems = [problem for place, locked in packages.items() if place and (problem := fault(web / place, locked))]
    return tree.report(problems, "Allowed: as for the Python distributions. Choose another package.")


def fault(place: Path, locked: dict[str, Any]) -> str | None:
    """What is wrong with a package: its licence, or that the installed one says another than the lock."""
    name, _, said = place.as_posix().rpartition("node_modules/")[2], None, locked.get("license")
    installed = place / "package.json"
    if installed.is_file():
        found = json.loads(installed.read_text(encoding="utf-8")).get("license")
        if found != said:
            return f"{name}: the lock says {said}, the package {found}"
    elif not locked.get("optional"):
        return f"{name} is not installed: bash scripts/web.sh install"
    if isinstance(said, str) and (allowed(said) or (locked.get("dev") and said in OF_TOOLS)):
        return None
    return f"{name}: {said or 'its package.json names no licence'}"


if __name__ == "__main__":
    sys.exit(main())
