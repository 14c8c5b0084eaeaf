"""docs/openapi.json is the API's own description: compare the two, or write the file anew with `--write`."""

import json
import os
import sys
import tempfile
from pathlib import Path

import tree
from bedside.api import create_app
from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import SECTIONS, read_settings
from bedside.platform.database.roles import DatabaseUrls

DOCUMENT = Path("docs/openapi.json")
# Never connected to: the description needs the routes, not a database.
NOWHERE = DatabaseUrls(owner=None, app="postgresql://nowhere.invalid/x", jobs=None, monitor=None, backup=None)


def described() -> str:
    """The document as the defaults have it: no setting and no file of this machine goes into it."""
    for name in {str(field.alias) for section in SECTIONS for field in section.model_fields.values()}:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    os.environ.pop("BEDSIDE_SETTINGS_FILE", None)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["BEDSIDE_HOME"] = folder
        document = create_app(build_runtime(read_settings(), NOWHERE, process="api")).openapi()
        os.chdir("/")
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    path = tree.root() / DOCUMENT
    now = described()
    if "--write" in arguments:
        path.parent.mkdir(exist_ok=True)
        path.write_text(now, encoding="utf-8")
        return 0
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    return tree.report([f"{DOCUMENT}: not what the API says"] if committed != now else [], "Run `make openapi`.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
