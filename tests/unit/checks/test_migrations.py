from .conftest import Checkout

SCRIPT = "check_migrations.py"
FOLDER = "src/bedside/migrations"


def plant(checkout: Checkout, name: str, after: str | None) -> None:
    text = f"revision = {name!r}\ndown_revision = {after!r}\nbranch_labels = None\ndepends_on = None\n"
    checkout.write(f"{FOLDER}/versions/{name}.py", text)


def test_one_line_of_migrations_passes_and_a_fork_fails(checkout: Checkout) -> None:
    plant(checkout, "0001", None)
    plant(checkout, "0002", "0001")
    assert checkout.run(SCRIPT).returncode == 0
    plant(checkout, "0002_other", "0001")
    answer = checkout.run(SCRIPT)
    assert answer.returncode == 1
    assert "0002_other" in answer.stdout


def test_no_migration_at_all_fails(checkout: Checkout) -> None:
    checkout.write(f"{FOLDER}/versions/README", "")
    assert checkout.run(SCRIPT).returncode == 1
