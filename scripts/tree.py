"""The repository as the checks see it: its root and the files that are, or are about to be, committed."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


def root() -> Path:
    """The top folder of the git checkout that holds the current folder."""
    top = subprocess.run(["git", "rev-parse", "--show-toplevel"], capture_output=True, text=True, check=False)
    if top.returncode:
        sys.exit(f"the checks need a git checkout: {top.stderr.strip()}")
    return Path(top.stdout.strip())


def files(*patterns: str) -> list[Path]:
    """Paths, relative to the root, of tracked files and of new ones that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        capture_output=True,
        text=True,
        check=True,
        cwd=root(),
    )
    paths = (Path(name) for name in listed.stdout.split("\0") if name)
    return sorted({path for path in paths if (root() / path).is_file()})


def is_ignored(path: str) -> bool:
    """Whether git ignores what lies there, now or once it is made: a build's output, what was installed."""
    asked = ["git", "check-ignore", "--no-index", "--", path, f"{path}/"]
    return subprocess.run(asked, cwd=root(), capture_output=True, check=False).returncode == 0


def read(path: Path) -> str | None:
    """The text of a file of the repository, or None where it is not text."""
    try:
        return (root() / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def report(problems: Iterable[str], advice: str) -> int:
    """Print the problems and what to do about them; the exit status."""
    lines = sorted(set(problems))
    for line in lines:
        print(line)
    if lines:
        print(advice)
    return 1 if lines else 0
