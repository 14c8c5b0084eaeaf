"""docs/openapi.json is the API's own description: compare the two, or write the file anew with `--write`."""

import json
import sys
from pathlib import Path

import tree
from bedside.api import create_app

DOCUMENT = Path("docs/openapi.json")


def main(arguments: list[str]) -> int:
    path = tree.root() / DOCUMENT
    now = json.dumps(create_app().openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if "--write" in arguments:
        path.write_text(now, encoding="utf-8")
        return 0
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    return tree.report(
        [f"{DOCUMENT}: not what the API says"] if committed != now else [], "Run `make openapi`."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
