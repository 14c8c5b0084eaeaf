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
    return checkout


@pytest.mark.parametrize(
    "text",
    [
        "Run `bedside triage assess TEXT --json` or `bedside health`.",
        "```\n$ bedside triage assess - --batch FILE.jsonl | jq .level\n.venv/bin/bedside up\n```",
        "`bedside GROUP VERB`, `bedside user create|list` and `bedside <group>`",
        "`make up`, then `make file-sizes`",
        "[guide](guide.md#first-steps-quickly), [above](#page), [there](https://hospital.example/guide)",
        "`src/bedside/cli.py`, `docs/decisions/NNNN-title.md`, `src/bedside/<feature>/data`",
        "Bedside makes no promise in prose: bedside nonsense, make believe.",
        "",
    ],
)
def test_what_is_so_passes(documented: Checkout, text: str) -> None:
    documented.write("docs/page.md", f"# Page\n\n{text}\n")
    answer = documented.run(SCRIPT)
    assert (answer.returncode, answer.stdout) == (0, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("`bedside nonsense`", "docs/page.md:3: no command `bedside nonsense`"),
        ("`bedside triage nonsense`", "no command `bedside triage nonsense`"),
        ("`bedside triage assess|guess`", "no command `bedside triage guess`"),
        ("`bedside triage assess TEXT --nonsense`", "`bedside triage assess` has no option --nonsense"),
        ("```\n$ bedside nonsense\n```", "docs/page.md:4: no command `bedside nonsense`"),
        ("`make nonsense`", "no target `make nonsense`"),
        ("[gone](gone.md)", "no file gone.md"),
        ("[gone](guide.md#gone)", "no heading #gone"),
        ("[gone](#gone)", "no heading #gone"),
        ("`src/bedside/gone.py`", "no file src/bedside/gone.py"),
    ],
)
def test_what_is_not_so_is_named_with_its_line(documented: Checkout, text: str, said: str) -> None:
    documented.write("docs/page.md", f"# Page\n\n{text}\n")
    answer = documented.run(SCRIPT)
    assert answer.returncode == 1
    assert said in answer.stdout
