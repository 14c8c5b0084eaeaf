"""The migrations have one head, so `bedside db migrate` has one way to go."""

import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

import tree

MIGRATIONS = Path("src/bedside/migrations")


def main() -> int:
    config = Config()
    config.set_main_option("script_location", str(tree.root() / MIGRATIONS))
    heads = ScriptDirectory.from_config(config).get_heads()
    if len(heads) == 1:
        return 0
    return tree.report(
        [f"{MIGRATIONS}: {len(heads)} heads: {', '.join(heads) or 'none'}"],
        "Two branches added a migration each: set the later one's down_revision to the other.",
    )


if __name__ == "__main__":
    sys.exit(main())
