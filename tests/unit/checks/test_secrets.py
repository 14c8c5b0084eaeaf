import shutil

import pytest

from .conftest import Checkout

SCRIPT = "check_secrets.py"
# Put together here, so that the scan of this repository does not find it.
KEY = "AKIA" + "IOSFODNN7" + "ABCDEFG"


def test_a_planted_key_is_found_and_not_repeated(checkout: Checkout) -> None:
    assert checkout.run(SCRIPT, "--write").returncode == 0
    checkout.write("deploy/values.yaml", f"first: 1\nkey_id: {KEY}\n")
    answer = checkout.run(SCRIPT)
    assert answer.returncode == 1
    assert "deploy/values.yaml:2: AWS Access Key" in answer.stdout
    assert KEY not in answer.stdout


def test_a_private_key_is_found(checkout: Checkout) -> None:
    checkout.run(SCRIPT, "--write")
    checkout.write("tls.pem", "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIB\n")
    assert checkout.run(SCRIPT).returncode == 1


def test_a_line_that_says_it_is_a_sample_passes(checkout: Checkout) -> None:
    checkout.run(SCRIPT, "--write")
    checkout.write("sample.py", f'KEY = "{KEY}"  # pragma: allowlist secret\n')
    assert checkout.run(SCRIPT).returncode == 0


def test_what_is_known_is_known_in_every_checkout(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> None:
    checkout.write("deep/sample.txt", KEY + "\n")
    checkout.run(SCRIPT, "--write")
    elsewhere = Checkout(tmp_path_factory.mktemp("clone") / "bedside")
    shutil.copytree(checkout.root, elsewhere.root)
    assert elsewhere.run(SCRIPT).returncode == 0


def test_a_known_finding_may_move_within_its_file_but_not_to_another(checkout: Checkout) -> None:
    checkout.write("sample.txt", KEY + "\n")
    checkout.run(SCRIPT, "--write")
    checkout.write("sample.txt", "\n\n\n" + KEY + "\n")
    assert checkout.run(SCRIPT).returncode == 0
    checkout.write("other.txt", KEY + "\n")
    answer = checkout.run(SCRIPT)
    assert answer.returncode == 1
    assert "other.txt:1" in answer.stdout
