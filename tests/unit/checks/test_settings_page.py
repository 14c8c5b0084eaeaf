"""The settings page is held to the settings that the code declares."""

from .conftest import Checkout

SCRIPT = "settings_page.py"
PAGE = "docs/settings.md"


def test_a_page_that_is_written_agrees_and_one_that_is_changed_or_gone_does_not(checkout: Checkout) -> None:
    assert checkout.run(SCRIPT).returncode == 1
    assert checkout.run(SCRIPT, "--write").returncode == 0
    assert checkout.run(SCRIPT).returncode == 0
    page = (checkout.root / PAGE).read_text(encoding="utf-8")
    checkout.write(PAGE, page.replace("`LOG_LEVEL`", "`LOG_LOUDNESS`"))
    answer = checkout.run(SCRIPT)
    assert answer.returncode == 1
    assert PAGE in answer.stdout


def test_the_page_says_defaults_as_one_would_set_them_and_shows_no_secret(checkout: Checkout) -> None:
    checkout.run(SCRIPT, "--write", environment={"JWT_SECRET_KEY": "planted-" + "x" * 40})  # pragma: allowlist secret
    page = (checkout.root / PAGE).read_text(encoding="utf-8")
    assert "| `LOG_LEVEL` | `INFO` |" in page
    assert "| `SAMPLE_DATA` | `false` |" in page
    assert "| `EMBEDDED_DATABASE_KEY` | made on first start |" in page
    assert "planted-" not in page
