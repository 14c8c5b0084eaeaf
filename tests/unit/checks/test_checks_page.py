"""The page of checks is held to the checks that the code declares."""

from .conftest import Checkout

SCRIPT = "checks_page.py"
PAGE = "docs/ops-checks.md"


def test_a_page_that_is_written_agrees_and_one_that_is_changed_does_not(checkout: Checkout) -> None:
    (checkout.root / "docs").mkdir(exist_ok=True)
    assert checkout.run(SCRIPT, "--write").returncode == 0
    page = (checkout.root / PAGE).read_text(encoding="utf-8")
    assert "| `disk.space` Space | minute | 85 %, 90 % |" in page
    checkout.write(PAGE, page.replace("85 %", "99 %"))
    answer = checkout.run(SCRIPT)
    assert (answer.returncode, PAGE in answer.stdout) == (1, True)
