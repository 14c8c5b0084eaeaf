"""How the API serves the built pages: what is kept, what is asked for anew, and what never leaves the folder."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bedside.bootstrap.settings import read_settings
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.http.pages import built_pages
from tests.conftest import serving

INDEX = "<!doctype html><title>Pages</title>"
SCRIPT = "export const answer = 42;\n" * 100

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text(INDEX)
    (root / "icon.svg").write_text("<svg/>")
    (root / "assets" / "index-abc123.js").write_text(SCRIPT)
    (root / "assets" / "index-abc123.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "secret.txt").write_text("zanzibarquince")
    (root / "way-out").symlink_to(tmp_path / "secret.txt")
    return root


@pytest.fixture
def site(home: Path, urls: DatabaseUrls, built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    home.mkdir()
    monkeypatch.setenv("WEB_ROOT", str(built))
    with (
        serving(read_settings(), urls) as address,
        httpx.Client(base_url=address, timeout=30, trust_env=False, headers=BROWSER) as client,
    ):
        yield client


@pytest.mark.parametrize("path", ["/", "/conversations/01a2", "/sign-in?next=%2Faudit", "/apiary", "/index.html"])
def test_every_page_s_address_gives_the_page_with_a_strict_policy(site: httpx.Client, path: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


def test_hashed_files_are_kept_for_good_and_come_compressed(site: httpx.Client) -> None:
    answer = site.get("/assets/index-abc123.js", headers={"accept-encoding": "gzip, br"})
    assert answer.text == SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    plain = site.get("/assets/index-abc123.js", headers={"accept-encoding": "identity"})
    assert plain.text == SCRIPT
    assert "content-encoding" not in plain.headers


def test_other_files_are_asked_for_anew(site: httpx.Client) -> None:
    answer = site.get("/icon.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["/api/nothing", "/api", "/health/x/y", "/metrics/x", "/ready/x", "/live/x", "/assets/index-old999.js"],
)
def test_what_the_api_or_a_former_build_does_not_have_is_a_problem(site: httpx.Client, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_pages_are_only_read(site: httpx.Client, method: str) -> None:
    assert site.request(method, "/conversations").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/assets/../../secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/way-out",
        "/%00",
        "//etc/passwd",
        "/" + "a" * 5000,
        "/etc/passwd",
    ],
)
def test_nothing_outside_of_the_folder_is_served(site: httpx.Client, path: str) -> None:
    answer = site.get(path)
    assert "zanzibarquince" not in answer.text
    assert "root:" not in answer.text
    assert answer.status_code in {200, 400, 404}


def test_without_pages_the_first_page_says_how_to_get_them(
    home: Path, urls: DatabaseUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    monkeypatch.setenv("WEB_ROOT", str(tmp_path / "none"))
    with (
        serving(read_settings(), urls) as address,
        httpx.Client(base_url=address, timeout=30, trust_env=False, headers=BROWSER) as client,
    ):
        answer = client.get("/")
        assert answer.status_code == 200
        assert "make up" in answer.text
        assert client.get("/api/site").status_code == 200


def test_pages_are_found_by_setting_or_beside_the_source(built: Path, tmp_path: Path) -> None:
    assert built_pages(built) == built
    assert built_pages(tmp_path / "none") is None


def test_a_client_of_the_api_with_a_wrong_address_learns_so(site: httpx.Client) -> None:
    answer = site.get("/nowhere", headers={"accept": "*/*"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
