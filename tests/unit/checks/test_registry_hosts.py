import os

from pip._internal.models.index import PyPI

from .conftest import Checkout

SCRIPT = "check_registry_hosts.py"
PUBLIC_HOSTS = {"index": PyPI.netloc, "files": PyPI.file_storage_domain}
MIRROR = {
    **os.environ,
    "PIP_INDEX_URL": "https://someone@packages.hospital.example:8443/simple",
}


LINES = ["see https://{}/project/x", "{}", "--index-url=http://user@{}:443/simple", "www.{}"]


def test_a_public_registry_is_found_however_it_is_written(checkout: Checkout) -> None:
    pages = {
        f"docs/{which}-{n}.md": (host, line) for which, host in PUBLIC_HOSTS.items() for n, line in enumerate(LINES)
    }
    for page, (host, line) in pages.items():
        checkout.write(page, "first\n" + line.format(host.upper()) + "\n")
    answer = checkout.run(SCRIPT)
    assert answer.returncode == 1
    for page in pages:
        assert f"{page}:2" in answer.stdout
    assert not any(host in answer.stdout.lower() for host in PUBLIC_HOSTS.values())


def test_the_mirror_that_pip_is_configured_for_is_found(checkout: Checkout) -> None:
    checkout.write("requirements.lock", "--extra-index-url https://packages.hospital.example:8443/simple\n")
    assert checkout.run(SCRIPT).returncode == 0
    answer = checkout.run(SCRIPT, environment=MIRROR)
    assert answer.returncode == 1
    assert "requirements.lock:1" in answer.stdout


def test_loopback_is_no_registry_even_where_a_proxy_stands_there(checkout: Checkout) -> None:
    checkout.write("README.md", "http://127.0.0.1:8000\n")
    environment = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:3141/simple"}
    assert checkout.run(SCRIPT, environment=environment).returncode == 0


def test_binary_empty_and_huge_files_are_survived(checkout: Checkout) -> None:
    checkout.write("a.bin", bytes(range(256)) * 100)
    checkout.write("empty.txt", "")
    checkout.write("huge.txt", "a.b-c." * 200_000)
    assert checkout.run(SCRIPT).returncode == 0
