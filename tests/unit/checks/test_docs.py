"""The documents are held to the real command line."""

import pytest

from .conftest import Checkout

SCRIPT = "check_docs.py"


@pytest.fixture
def documented(checkout: Checkout) -> Checkout:
    """A checkout in which only what a test plants is wrong."""
    checkout.write("Makefile", "up: ## Start\nfile-sizes:\n")
    checkout.write("docs/guide.md", "# Guide\n\n## First steps, quickly\n")
    checkout.write("src/bedside/cli.py", "")
    checkout.write(".gitignore", "/web/dist/\n")
    return checkout


SO = [
    "Run `bedside triage assess TEXT --json` or `bedside health`.",
    "```\n$ bedside triage assess - --batch FILE.jsonl | jq .level\n.venv/bin/bedside up\n```",
    "`bedside GROUP VERB`, `bedside user create|list` and `bedside <group>`",
    "`make up`, then `make file-sizes`",
    "[guide](guide.md#first-steps-quickly), [above](#page), [there](https://hospital.example/guide)",
    "`src/bedside/cli.py`, `docs/decisions/NNNN-title.md`, `src/bedside/<feature>/data`",
    "`web/dist` is made by a build, and git ignores it",
    "Bedside makes no promise in prose: bedside nonsense, make believe.",
    "",
]
NOT_SO = [
    ("`bedside nonsense`", 3, "no command `bedside nonsense`"),
    ("`bedside triage nonsense`", 3, "no command `bedside triage nonsense`"),
    ("`bedside triage assess|guess`", 3, "no command `bedside triage guess`"),
    ("`bedside triage assess TEXT --nonsense`", 3, "`bedside triage assess` has no option --nonsense"),
    ("```\n$ bedside nonsense\n```", 4, "no command `bedside nonsense`"),
    ("`make nonsense`", 3, "no target `make nonsense`"),
    ("[gone](gone.md)", 3, "no file gone.md"),
    ("[gone](guide.md#gone)", 3, "no heading #gone"),
    ("[gone](#gone)", 3, "no heading #gone"),
    ("`src/bedside/gone.py`", 3, "no file src/bedside/gone.py"),
]


# A page for each, and one run over all: the program takes a second to load the command line, and no time to read.
def test_what_is_so_passes(documented: Checkout) -> None:
    for number, text in enumerate(SO):
        documented.write(f"docs/page-{number}.md", f"# Page\n\n{text}\n")
    answer = documented.run(SCRIPT)
    assert (answer.returncode, answer.stdout) == (0, "")


def test_what_is_not_so_is_named_with_its_line(documented: Checkout) -> None:
    for number, (text, _, _) in enumerate(NOT_SO):
        documented.write(f"docs/page-{number}.md", f"# Page\n\n{text}\n")
    answer = documented.run(SCRIPT)
    assert answer.returncode == 1
    for number, (_, line, said) in enumerate(NOT_SO):
        problems = [problem for problem in answer.stdout.splitlines() if f"docs/page-{number}.md" in problem]
        assert len(problems) == 1, (number, problems)
        assert f"docs/page-{number}.md:{line}: {said}" in problems[0]


def test_one_thing_that_is_not_so_fails(documented: Checkout) -> None:
    documented.write("docs/page.md", "[gone](gone.md)\n")
    assert documented.run(SCRIPT).returncode == 1
