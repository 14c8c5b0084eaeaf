"""An invited colleague gets in with nothing but a terminal; commands find the Bedside that runs here by themselves."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from tests.support.running import SAMPLE_PASSWORD, Process, eventually

PASSWORD = "nine quiet herons waded"


def test_login_finds_the_bedside_of_this_home_by_its_settings_and_by_its_address(bedside: Process) -> None:
    place = bedside.place
    for environment in ({}, {"API_PORT": ""}):
        done = place.run("login", "nurse@example.org", "--password-stdin", stdin=SAMPLE_PASSWORD + "\n", **environment)
        assert done.returncode == 0, done.stderr
        assert "nurse@example.org" in done.stdout
    assert (place.home / "address").read_text() == place.address
    assert place.run("logout").returncode == 0
    said = place.run("whoami").stderr
    assert "bedside login LOGIN" in said


def test_the_banner_tells_login_the_address_and_fits_a_terminal(bedside: Process) -> None:
    assert f"login patient@example.org --url {bedside.place.address}" in bedside.stdout
    home = str(bedside.place.home)
    assert all(len(line) <= 80 for line in bedside.stdout.splitlines() if home not in line)


def test_an_invitation_from_the_outbox_to_the_first_sign_in(bedside: Process) -> None:
    place = bedside.place
    outbox = place.home / "outbox"
    before = set(outbox.glob("*.eml"))
    done = place.run("user", "create", "ida@example.org", "--role", "nurse", "--name", "Ida New", "--invite")
    assert done.returncode == 0, done.stderr
    assert str(outbox) in done.stderr
    assert "bedside reset-password" in done.stderr
    eventually(lambda: set(outbox.glob("*.eml")) - before, 30, "the mail")
    (path,) = set(outbox.glob("*.eml")) - before
    assert path.stat().st_mode & 0o077 == 0
    raw = path.read_bytes()
    body = message_from_bytes(raw, policy=policy.default).get_content()
    (link,) = [word for word in body.split() if "#token=" in word]
    assert link.encode() in raw, "copying it from the file gives the whole link"

    reset = place.run("reset-password", "--password-stdin", stdin=f"{link}\n{PASSWORD}\n")
    assert reset.returncode == 0, reset.stderr
    signed_in = place.run("login", "ida@example.org", "--password-stdin", stdin=PASSWORD + "\n")
    assert signed_in.returncode == 0, signed_in.stderr
    listed = place.run("token", "list", "--user", "ida@example.org")
    assert "command-line" in listed.stdout
    again = place.run("reset-password", "--password-stdin", stdin=f"{link}\n{PASSWORD}\n")
    assert again.returncode == 1
    assert "This link was used" in again.stderr
    place.run("logout")


@pytest.mark.parametrize("pasted", ["", "   ", "http://127.0.0.1/reset", "x" * 3000, "http://h/reset#token=", "a b"])
def test_what_is_no_link_is_refused(bedside: Process, pasted: str) -> None:
    done = bedside.place.run("reset-password", "--password-stdin", stdin=f"{pasted}\n{PASSWORD}\n")
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("bedside: ")
    assert "Traceback" not in done.stderr
