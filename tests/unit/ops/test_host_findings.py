"""Each check of the machine and the installation: planted defects are found, a healthy system raises no alarm."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from bedside.bootstrap.settings import read_settings
from bedside.ops.installation.certificates import certificates_finding
from bedside.ops.installation.drift import drift_finding, record_start
from bedside.ops.installation.logs import errors_finding, size_finding
from bedside.ops.installation.secrets import age_finding, private_finding, strength_finding, weakness
from bedside.ops.installation.storage import storage_finding
from bedside.ops.machine.checks import (
    Spent,
    cpu_finding,
    disk_finding,
    files_finding,
    inodes_finding,
    load_finding,
    memory_finding,
)
from bedside.ops.machine.clock import skew_finding
from bedside.ops.machine.gpu import gpu_finding, read_gpus
from bedside.ops.machine.settings import MachineCheckSettings
from bedside.platform.access.settings import AccessSettings
from bedside.platform.checks import Finding, Health, Thresholds
from bedside.platform.config.core import DatabaseSettings
from bedside.platform.errors import SettingsError, Unavailable

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
M = MachineCheckSettings()
WELL, WARNED, CRITICAL = Health.HEALTHY, Health.DEGRADED, Health.DOWN

MEASURED = {
    "processors idle": (cpu_finding(Spent(10, 100), Spent(11, 110), M.limits("cpu")), WELL),
    "processors busy": (cpu_finding(Spent(10, 100), Spent(17.5, 110), M.limits("cpu")), WARNED),
    "processors full": (cpu_finding(Spent(10, 100), Spent(19, 110), M.limits("cpu")), CRITICAL),
    "no time has passed": (cpu_finding(Spent(10, 100), Spent(10, 100), M.limits("cpu")), WELL),
    "memory free": (memory_finding(2**30, 2**29, M.limits("memory")), WELL),
    "memory low": (memory_finding(100 * 2**20, 20 * 2**20, M.limits("memory")), WARNED),
    "memory out": (memory_finding(100 * 2**20, 2**20, M.limits("memory")), CRITICAL),
    "load calm": (load_finding(2.0, 2, M.limits("load")), WELL),
    "load high": (load_finding(4.0, 2, M.limits("load")), WARNED),
    "load very high": (load_finding(8.0, 2, M.limits("load")), CRITICAL),
    "disk roomy": (disk_finding(1000, 160, M.limits("disk")), WELL),
    "disk filling": (disk_finding(1000, 150, M.limits("disk")), WARNED),
    "disk full": (disk_finding(1000, 0, M.limits("disk")), CRITICAL),
    "disk of no size": (disk_finding(0, 0, M.limits("disk")), CRITICAL),
    "inodes left": (inodes_finding(1000, 500, M.limits("inodes")), WELL),
    "inodes scarce": (inodes_finding(1000, 150, M.limits("inodes")), WARNED),
    "inodes gone": (inodes_finding(1000, 0, M.limits("inodes")), CRITICAL),
    "files few": (files_finding(100, 1000, M.limits("files")), WELL),
    "files many": (files_finding(750, 1000, M.limits("files")), WARNED),
    "files at the limit": (files_finding(1000, 1000, M.limits("files")), CRITICAL),
    "clocks agree": (skew_finding(-0.01, "x", M.limits("clock")), WELL),
    "clock behind": (skew_finding(-2.0, "x", M.limits("clock")), WARNED),
    "clock jumped": (skew_finding(3600, "x", M.limits("clock")), CRITICAL),
    "gpu calm": (gpu_finding(read_gpus(["5, 100, 1000, 40", "[N/A], 1, 1000, [N/A]"]), M), WELL),
    "gpu memory scarce": (gpu_finding(read_gpus(["5, 100, 1000, 40", "5, 900, 1000, 40"]), M), WARNED),
    "gpu hot": (gpu_finding(read_gpus(["99, 100, 1000, 95"]), M), CRITICAL),
}


@pytest.mark.parametrize("case", MEASURED)
def test_what_is_measured_is_graded(case: str) -> None:
    found, expected = MEASURED[case]
    assert found.status is expected
    assert found.evidence
    assert all(condition.ok for condition in found.conditions) is (expected is WELL)


def test_what_has_no_limit_is_skipped_with_the_reason() -> None:
    for found in (inodes_finding(0, 0, M.limits("inodes")), files_finding(9, -1, M.limits("files"))):
        assert (found.status, bool(found.skipped)) == (WELL, True)


@pytest.mark.parametrize("rows", [[], [""], ["NVIDIA-SMI has failed"], ["1, 2, 3"], ["a" * 10_000]])
def test_a_driver_that_answers_nonsense_is_down(rows: list[str]) -> None:
    with pytest.raises(Unavailable):
        read_gpus(rows)


def certificate(file: Path, begin: datetime, end: datetime) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bedside.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    with file.open("ab") as stream:
        stream.write(made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (-10, 90, WELL),
        (-10, 30, WARNED),
        (-10, 8, WARNED),
        (-10, 7, CRITICAL),
        (-10, -1, CRITICAL),
        (1, 90, CRITICAL),
    ],
)
def test_a_certificates_end_comes_into_sight(tmp_path: Path, begin: int, end: int, expected: Health) -> None:
    file = certificate(tmp_path / "a.pem", NOW + timedelta(days=begin), NOW + timedelta(days=end))
    limits = Thresholds(warning=30, critical=7, unit="days")
    assert certificates_finding([file], NOW, limits).status is expected
    # A chain is as good as its first to end.
    chain = certificate(tmp_path / "chain.pem", NOW - timedelta(days=1), NOW + timedelta(days=400))
    certificate(chain, NOW + timedelta(days=begin), NOW + timedelta(days=end))
    assert certificates_finding([chain], NOW, limits).status is expected


@pytest.mark.parametrize(
    "content", [None, b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff" * 9]
)
def test_a_certificate_that_can_not_be_read_is_as_bad_as_one_that_ended(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "a.pem"
    if content is not None:
        file.write_bytes(content)
    found = certificates_finding([file], NOW, Thresholds(warning=30, critical=7, unit="days"))
    assert (found.status, found.conditions[0].ok) == (CRITICAL, False)


def test_secrets_that_others_may_read_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    (folder / "audit_key").write_text("x")
    (folder / "audit_key").chmod(0o600)
    assert private_finding(folder, None, os.geteuid()).status is WELL
    settings_file = tmp_path / ".env"
    settings_file.write_text("")
    settings_file.chmod(0o644)
    assert private_finding(folder, settings_file, os.geteuid()).status is WARNED
    (folder / "audit_key").chmod(0o640)
    found = private_finding(folder, None, os.geteuid())
    assert (found.status, str(folder / "audit_key") in str(found.remedy)) == (CRITICAL, True)
    assert private_finding(tmp_path / "none", None, os.geteuid()).skipped


def test_old_secrets_are_found(tmp_path: Path) -> None:
    file = tmp_path / "audit_key"
    file.write_text("x")
    os.utime(file, (NOW.timestamp() - 364 * 86_400,) * 2)
    assert age_finding(tmp_path, NOW, 365).status is WELL
    os.utime(file, (NOW.timestamp() - 366 * 86_400,) * 2)
    found = age_finding(tmp_path, NOW, 365)
    assert (found.status, "audit_key" in found.evidence) == (WARNED, True)


def test_weak_secrets_are_named_and_never_shown(home: Path) -> None:
    settings = read_settings()
    assert strength_finding(settings).status is WELL
    url = SecretStr("postgresql://bedside_app:changeme1@db.example/bedside")  # pragma: allowlist secret
    weak = settings.replace(
        settings.get(DatabaseSettings).model_copy(update={"url": url}),
        settings.get(AccessSettings).model_copy(update={"audit_key": SecretStr("a" * 40)}),
    )
    found = strength_finding(weak)
    assert found.status is CRITICAL
    assert "DATABASE_URL" in found.evidence
    assert "changeme1" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("secret", "key", "weak"),
    [
        ("", False, True),
        ("bedside-sample", False, True),
        ("Password2026", False, True),
        ("short", False, True),
        ("aaaaaaaaaaaaaaaa", False, True),
        ("only twenty chars ok", True, True),
        ("seven quiet herons wade", False, False),
        ("q3Jc0_9dTPz1mX8sVb5nLw7rKy2hGf4e", True, False),
        ("ä" * 5000 + "bcdefg", False, False),
    ],
)
def test_what_a_weak_secret_is(secret: str, key: bool, weak: bool) -> None:
    assert (weakness(secret, key=key) is not None) is weak


def test_drift_is_what_the_next_start_would_do_otherwise(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings()
    assert drift_finding(settings).skipped
    record_start(settings, "cli")
    assert drift_finding(settings).skipped, "a command is no start"
    record_start(settings, "api")
    assert drift_finding(settings).status is WELL
    kept = (home / "started-api.json").read_text()
    assert settings.get(AccessSettings).key().hex() not in kept
    assert "Bedside" not in kept
    monkeypatch.setenv("ORGANISATION", "Mercy")
    found = drift_finding(settings)
    assert (found.status, "ORGANISATION" in found.evidence, "Mercy" in found.evidence) == (WARNED, True, False)
    monkeypatch.setenv("ORGANISATION", "x" * 1000)
    refused = drift_finding(settings)
    assert (refused.status, "would be refused" in refused.evidence) == (WARNED, True)
    (home / "started-api.json").write_text("[" * 100_000)
    assert drift_finding(settings).skipped


def test_objects_are_written_read_and_deleted(tmp_path: Path) -> None:
    assert storage_finding(tmp_path / "objects").status is WELL
    assert list((tmp_path / "objects").iterdir()) == []
    (tmp_path / "file").write_text("")
    assert storage_finding(tmp_path / "file" / "objects").status is CRITICAL
    if Path("/dev/full").exists():
        assert storage_finding(Path("/proc/1/nothing")).status is CRITICAL


LIMITS = Thresholds(warning=10, critical=100, unit="errors")


def entry(minutes_ago: float, level: str = "error") -> str:
    return json.dumps({"level": level, "timestamp": (NOW - timedelta(minutes=minutes_ago)).isoformat(), "event": "x"})


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], WELL),
        ([entry(1)] * 9 + [entry(16)] * 500 + [entry(1, "info")] * 500, WELL),
        ([entry(1)] * 9 + [entry(2, "critical")], WARNED),
        ([entry(14)] * 100, CRITICAL),
        (["", "{", "[]", "null", '{"timestamp": 4}', '{"timestamp": "x"}', '"x"', "\x00" * 9], WELL),
    ],
)
def test_errors_in_the_log_are_counted(tmp_path: Path, lines: list[str], expected: Health) -> None:
    file = tmp_path / "error.log"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert errors_finding(file, NOW, LIMITS).status is expected


def test_a_huge_log_is_read_from_its_end_and_none_at_all_is_skipped(tmp_path: Path) -> None:
    file = tmp_path / "error.log"
    assert errors_finding(file, NOW, LIMITS).skipped
    file.write_text((entry(900) + "\n") * 40_000 + (entry(1) + "\n") * 20)
    assert errors_finding(file, NOW, LIMITS).value == 20


def test_the_size_of_all_logs(tmp_path: Path) -> None:
    limits = Thresholds(warning=1, critical=2, unit="MiB")
    assert size_finding(tmp_path / "none", limits).status is WELL
    (tmp_path / "api.log").write_bytes(bytes(2**19))
    assert size_finding(tmp_path, limits).status is WELL
    (tmp_path / "api.log.1").write_bytes(bytes(2**20))
    assert size_finding(tmp_path, limits).status is WARNED
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "worker.log").write_bytes(bytes(2**20))
    assert size_finding(tmp_path, limits).status is CRITICAL


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CHECK_CPU_WARNING", "95", "CHECK_CPU_WARNING is over CHECK_CPU_CRITICAL"),
        ("CHECK_CERTIFICATE_WARNING_DAYS", "3", "CHECK_CERTIFICATE_WARNING_DAYS is under"),
        ("CHECK_CLOCK_SOURCE", "time.example.org", "CHECK_CLOCK_SOURCE must be an address"),
        ("CHECK_CLOCK_SOURCE", "ntp://[", "CHECK_CLOCK_SOURCE must be an address"),
        ("CHECK_JOB_AGE_WARNING", "9000", "CHECK_JOB_AGE_WARNING is over"),
        ("CHECK_LOCKOUTS_WARNING", "90", "CHECK_LOCKOUTS_WARNING is over"),
        ("CHECK_DELIVERIES_WARNING", "90", "CHECK_DELIVERIES_WARNING is over"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said):
        read_settings()


def test_a_finding_says_from_where_on(home: Path) -> None:
    found: Finding = disk_finding(1000, 120, M.limits("disk"))
    assert (found.value, found.threshold) == (88.0, 85.0)
    assert (found.conditions[0].value, found.conditions[0].threshold) == ("88 %", "under 85 %")
