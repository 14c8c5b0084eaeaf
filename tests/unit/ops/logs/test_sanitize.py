"""Logs that others wrote: what is planted is taken out, the rest stays, memory is bounded, files are replaced whole."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.ops.logs import sanitize
from bedside.ops.logs.patterns import Kind
from bedside.ops.logs.sanitize import Sanitizer, SanitizeReport, check_arguments, sanitize_files
from bedside.platform.errors import BadInput, Conflict
from tests.unit.ops.logs.planted import HARMLESS, JWT, corpus, running_text


def leaked(planted: str, text: str) -> bool:
    """Whether any of what is planted is still there: a word of a name is enough."""
    return planted in text or any(word in text for word in planted.split() if len(word) > 4)


@pytest.mark.parametrize(("line", "planted"), corpus())
def test_what_is_planted_is_taken_out(line: str, planted: tuple[str, ...]) -> None:
    sanitizer = Sanitizer()
    text = sanitizer.text(line)
    assert not [piece for piece in planted if leaked(piece, text)], text
    assert sum(sanitizer.found.values()) >= 1
    if line.startswith("{"):
        json.loads(text)


@pytest.mark.parametrize("line", HARMLESS)
def test_what_tells_of_nobody_stays(line: str) -> None:
    assert Sanitizer().text(line) == line


def test_names_in_running_text_are_known_not_to_be_found() -> None:
    """The documentation says so; where this fails, it can say more."""
    assert all(leaked(planted[0], Sanitizer().text(line)) for line, planted in running_text())


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("from 192.168.7.42 port", True),
        ("2001:db8::1 asks", True),
        ("version 1.2.3.4567", False),
        ("at 18:40:00", False),
    ],
)
def test_addresses_are_taken_out_only_when_asked(text: str, is_one: bool) -> None:
    assert Sanitizer().text(text) == text
    assert ("[ip-address]" in Sanitizer(addresses=True).text(text)) is is_one


def run(path: Path, **how: object) -> SanitizeReport:
    return sanitize_files([path], **{"output": None, "in_place": False, "addresses": False, "dry_run": False} | how)  # type: ignore[arg-type]


def test_a_key_over_several_lines_goes_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    body = "\n".join(["MIIEow" + "A" * 58] * 5)
    kind = "PRIVATE KEY-----"
    path.write_text(f"before\n-----BEGIN {kind}\n{body}\n-----END {kind} after\nlast\n")
    run(path, in_place=True)
    assert path.read_text() == "before\n[secret]\n\n\n\n\n\n after\nlast\n"


@pytest.mark.parametrize("where", range(sanitize.LONGEST_PIECE - 300, sanitize.LONGEST_PIECE + 20, 7))
def test_what_lies_where_a_long_line_is_cut_is_found(tmp_path: Path, where: int) -> None:
    path = tmp_path / "x.log"
    line = f'{". " * (where // 2)}patient_name="Zebulon Quackenbush" Bearer {JWT} {". " * 40_000}phone: 0171-5550137\n'
    path.write_text(line)
    report = run(path, in_place=True)
    text = path.read_text()
    assert not [piece for piece in ("Zebulon", "Quackenbush", JWT[-20:], "5550137") if piece in text]
    assert report.files[0].lines == 1
    assert len(text) == len(line) - len("Zebulon Quackenbush") - len(JWT) - len("0171-5550137") + len(
        "[name][token][phone]"
    )


def test_memory_is_bounded_for_a_line_without_end_and_time_grows_with_size_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    with path.open("w") as file:
        for _ in range(80):
            file.write("x" * 50_000 + " a=1 ")
    began = time.perf_counter()
    tracemalloc.start()
    report = run(path, dry_run=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.files[0].bytes_read == path.stat().st_size > 4_000_000
    assert peak < 3_000_000
    assert time.perf_counter() - began < 60


@pytest.mark.parametrize(
    "text",
    ["a" * 60_000, "name=" * 12_000, '{"' * 30_000, "\\\"" * 30_000, "0" * 60_000, "0 " * 30_000, "+1(" * 20_000,
     "eyJ" + "a." * 30_000, "@." * 30_000, "<name" * 12_000, "Dr. " + "A " * 30_000, "pass=" + "'" * 60_000,
     "born " * 12_000, "<name " * 10_000 + ">" * 9],
)  # fmt: skip
def test_hostile_text_takes_no_long_time(text: str) -> None:
    began = time.perf_counter()
    Sanitizer(addresses=True).text(text)
    assert time.perf_counter() - began < 20


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_goes_through_and_a_second_time_changes_little(text: str) -> None:
    once = Sanitizer().text(text)
    again = Sanitizer()
    twice = again.text(once)
    assert len(twice) <= len(once) + 20 * max(1, sum(again.found.values()))


def test_files_are_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.log"
    path.write_bytes(b"name=Zebulon \xff\xfe ok\n" * 3)
    path.chmod(0o640)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sanitize.shutil, "copymode", full)
        with pytest.raises(sanitize.Unreadable, match="it is as it was"):
            run(path, in_place=True)
    assert path.read_bytes().count(b"Zebulon") == 3
    assert [file.name for file in tmp_path.iterdir()] == ["x.log"]
    report = run(path, in_place=True)
    assert path.read_bytes() == b"name=[name] \xff\xfe ok\n" * 3, "what is no text stays as it is"
    assert path.stat().st_mode & 0o777 == 0o640
    assert report.found == {Kind.NAME: 3}


def test_compressed_files_and_folders(tmp_path: Path) -> None:
    one, two, out = tmp_path / "a.log.gz", tmp_path / "b.log", tmp_path / "clean"
    with gzip.open(one, "wt") as file:
        file.write("mrn=482913\n")
    two.write_text("")
    out.mkdir()
    check_arguments([one, two], out, in_place=False, dry_run=False)
    report = sanitize_files([one, two], output=out, in_place=False, addresses=False, dry_run=False)
    with gzip.open(out / "a.log.gz", "rt") as file:
        assert file.read() == "mrn=[record-number]\n"
    assert (out / "b.log").read_text() == ""
    assert report.found == {Kind.RECORD: 1}
    one.write_bytes(one.read_bytes()[:-6])
    with pytest.raises(sanitize.Unreadable):
        run(one, output=tmp_path / "other.gz")
    assert not (tmp_path / "other.gz").exists()


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("mrn=482913\n")
    before = path.stat()
    report = run(path, dry_run=True)
    assert (report.found, report.files[0].output, path.read_text()) == ({Kind.RECORD: 1}, None, "mrn=482913\n")
    assert [*tmp_path.iterdir()] == [path]
    assert path.stat().st_ino == before.st_ino
    written = run(path, output=tmp_path / "y.log")
    assert written.found == report.found


def test_what_can_not_be_meant_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.log").write_text("")
    for files, output, in_place, error in (
        ([path], None, False, BadInput),
        ([path], tmp_path / "y", True, BadInput),
        ([tmp_path / "none"], None, True, BadInput),
        ([tmp_path], None, True, BadInput),
        ([path, path], tmp_path / "y", False, BadInput),
        ([path], path, False, Conflict),
        ([path], tmp_path / "sub", False, Conflict),
    ):
        with pytest.raises(error):
            check_arguments(files, output, in_place=in_place, dry_run=False)
