"""docs/settings.md lists every setting as the code declares it: compare the two, or write it anew with `--write`."""

import importlib.util
import pkgutil
import sys
from pathlib import Path

from pydantic.fields import FieldInfo

import bedside
import tree
from bedside.bootstrap.settings import SECTIONS
from bedside.platform.config import Section

PAGE = Path("docs/settings.md")
HEAD = """\
# Settings

Every setting has a default, so a fresh Bedside needs none of them. Set them in the environment, or one a line as
`NAME=value` in a file: `.env` in the folder where Bedside starts, or the file that `BEDSIDE_SETTINGS_FILE` names. The
environment wins. A secret can also stand in a file of its own, named by the same name with `_FILE` behind it, as
container platforms hand them over. `bedside config show` prints what is in force with secrets masked, and
`bedside config check` says what is wrong; a combination that is not safe refuses to start.

This page is written from the code by `make settings`.
"""


def page() -> str:
    return "\n".join([HEAD, *(table(section) for section in SECTIONS)])


def table(section: type[Section]) -> str:
    title, _, about = (section.__doc__ or section.__name__).strip().partition("\n")
    rows = [f"| `{field.alias}` | {default(field)} | {field.description} |" for field in section.model_fields.values()]
    paragraphs = [" ".join(about.split())] if about.strip() else []
    return "\n\n".join(
        [f"## {title.rstrip('.')}", *paragraphs, "\n".join(["| name | default | what |", "|---|---|---|", *rows])]
    ) + ("\n")


def default(field: FieldInfo) -> str:
    """The default as a person would write it in the environment."""
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "generate_bytes" in extra:
        return "made on first start"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ((), "", frozenset()):
        return "not set"
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, tuple | list | set | frozenset):
        value = ",".join(map(str, value))
    return f"`{value}`"


def forgotten() -> list[str]:
    """Sections that the code declares and no process reads."""
    for module in pkgutil.walk_packages(bedside.__path__, "bedside."):
        # Read first: an import of everything would take seconds and start what only a process may start.
        found = importlib.util.find_spec(module.name)
        if found and found.origin and "(Section)" in Path(found.origin).read_text(encoding="utf-8"):
            importlib.import_module(module.name)
    return [
        f"{kind.__module__}: {kind.__name__} is not in bootstrap's list of settings"
        for kind in Section.__subclasses__()
        if kind not in SECTIONS and kind.__module__.startswith("bedside.")
    ]


def main(arguments: list[str]) -> int:
    path = tree.root() / PAGE
    if "--write" in arguments:
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
    committed = path.read_text(encoding="utf-8") if path.exists() else ""
    problems = forgotten() + ([f"{PAGE}: not what the code declares"] if committed != page() else [])
    return tree.report(problems, "Add a section to SECTIONS in bedside.bootstrap.settings; then run `make settings`.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
