import pytest

from .conftest import Checkout

SCRIPT = "check_file_sizes.py"


@pytest.mark.parametrize(
    ("lines", "status", "word"), [(400, 0, ""), (401, 0, "warning"), (600, 0, "warning"), (601, 1, "limit")]
)
def test_the_limits_are_400_and_600_lines(checkout: Checkout, lines: int, status: int, word: str) -> None:
    checkout.write("src/bedside/long.py", "x = 1\n" * lines)
    answer = checkout.run(SCRIPT)
    assert answer.returncode == status
    assert word in answer.stdout
    assert ("long.py" in answer.stdout) == bool(word)


@pytest.mark.parametrize("name", ["src/bedside/triage/data/chest.py", "tests/unit/test_long.py", "docs/long.md"])
def test_data_tests_and_prose_may_be_long(checkout: Checkout, name: str) -> None:
    checkout.write(name, "x = 1\n" * 2000)
    assert checkout.run(SCRIPT).returncode == 0


def test_what_git_ignores_is_not_looked_at(checkout: Checkout) -> None:
    checkout.write(".gitignore", "/src/made.py\n")
    checkout.write("src/made.py", "x = 1\n" * 2000)
    assert checkout.run(SCRIPT).returncode == 0


def test_outside_a_checkout_it_says_what_it_needs(tmp_path) -> None:
    answer = Checkout(tmp_path).run(SCRIPT)
    assert answer.returncode == 1
    assert "git checkout" in answer.stderr
