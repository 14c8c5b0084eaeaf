"""No secret in the repository: detect-secrets' findings, less those that .secrets.baseline knows.

detect-secrets' own hook fails when a known finding only moves to another line; this compares what was
found and in which file. `--write` records today's findings as known.
"""

import json
import os
import sys

from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings, get_settings

import tree

BASELINE = ".secrets.baseline"
# Hashes of packages, not secrets; the baseline itself.
LEFT_OUT = {"requirements.lock", "requirements-dev.lock", "web/package-lock.json", BASELINE}


def scan() -> SecretsCollection:
    # Names relative to the root go into the baseline, which holds in every checkout.
    os.chdir(tree.root())
    found = SecretsCollection()
    found.scan_files(*(str(path) for path in tree.files() if str(path) not in LEFT_OUT))
    return found


def main(arguments: list[str]) -> int:
    path = tree.root() / BASELINE
    if "--write" in arguments:
        with default_settings():
            # Found by the shape of digests and identifiers, which tests and golden files are full of.
            get_settings().disable_plugins("HexHighEntropyString", "Base64HighEntropyString")
            document = baseline.format_for_output(scan(), is_slim_mode=True)
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        return 0
    known = baseline.load(json.loads(path.read_text(encoding="utf-8")), str(path))
    new = scan() - known
    return tree.report(
        (f"{name}:{secret.line_number}: {secret.type}" for name, secret in new),
        "Take the secret out (and revoke it, if it was real). A sample that is no secret: end its line with\n"
        "the comment `pragma: allowlist secret`, or `make secrets`, and say in the commit why it is none.",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
