"""No file names a package registry's host: a hospital installs from its own mirror, and locks hold hashes.

The hosts to look for come from this machine's pip and npm configuration; the public ones are known by the
SHA-256 of their names, since to write them here would be to name them.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import tree

PUBLIC = {
    "a4aa2ac280bb8d1a0ce7a1be5a7bfb10292b49fe9435ad5cff19f421f3c70e41": "the Python index",
    "c899567ee906851741bf7f3bde17a33777859ff9f53ff54d6f0ea54cf31ad636": "the Python index's files",
    "9495278a74715c7e246a36404b3589f0f2f0b564defdec00b228aa07ecb515e0": "the Python test index",
    "0dc11026ac75c015aaa1deafff4a7a54ef6d0cf6b3c7f9b1d2c8f3502929aa9e": "the npm registry",
}
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
# A registry's name is not longer; a line may hold a hundred thousand dots.
MOST_LABELS = 6
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def main() -> int:
    configured = configured_hosts()
    problems = []
    for path in tree.files():
        for number, line in enumerate((tree.read(path) or "").splitlines(), start=1):
            problems += [f"{path}:{number}: names {what}" for what in named(line, configured)]
    return tree.report(problems, "Say `the package index` or `your mirror`; a lock file is written without addresses.")


def named(line: str, configured: set[str]) -> Iterator[str]:
    for match in HOST.findall(line):
        labels = match.lower().rsplit(".", MOST_LABELS)
        for start in range(len(labels) - 1):
            host = ".".join(labels[start:])
            if what := PUBLIC.get(hashlib.sha256(host.encode()).hexdigest()):
                yield what
            elif host in configured:
                yield "a registry that this machine is configured for"


def configured_hosts() -> set[str]:
    commands = [[sys.executable, "-m", "pip", "config", "list"]]
    if shutil.which("npm"):
        commands.append(["npm", "config", "list", "--json"])
    words = []
    for command in commands:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tree.root())
        words += registry_settings(answer.stdout)
    hosts = {urlsplit(word).hostname for word in words}
    return {host.lower() for host in hosts if host and "." in host} - LOOPBACK


def registry_settings(listing: str) -> list[str]:
    """The addresses of indexes and registries in pip's `name='value'` lines or npm's JSON."""
    if listing.startswith("{"):
        settings = json.loads(listing).items()
    else:
        settings = (line.partition("=")[::2] for line in listing.splitlines())
    return [
        word
        for name, value in settings
        if re.search(r"index[-_]url|find[-_]links|registry", name) and isinstance(value, str)
        for word in value.strip("'").split()
    ]


if __name__ == "__main__":
    sys.exit(main())
