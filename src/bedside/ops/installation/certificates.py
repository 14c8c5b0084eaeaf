"""When the certificates that the settings name end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from bedside.ops.installation.settings import InstallationCheckSettings
from bedside.platform.checks import Category, Check, Condition, Finding, Health, Thresholds, graded, skipped
from bedside.platform.looking import in_thread
from bedside.platform.runtime import Runtime

_LARGEST_FILE = 2**20


async def _certificates(runtime: Runtime) -> Finding:
    settings = runtime.settings.get(InstallationCheckSettings)
    if not settings.certificates:
        return skipped("No certificate file is named (TLS_CERTIFICATES).")
    now = runtime.clock.now()
    return await in_thread(lambda: certificates_finding(settings.certificates, now, settings.certificate_limits))


def certificates_finding(files: Sequence[Path], now: datetime, limits: Thresholds) -> Finding:
    """Return how soon the first of the certificates ends. A file that can't be read is as bad as one that has ended."""
    order = list(Health)
    status, least, conditions = Health.HEALTHY, float("inf"), []
    for file in files:
        try:
            begin, end = validity(file)
        except (OSError, ValueError) as error:
            status = Health.DOWN
            value = error.strerror if isinstance(error, OSError) else "no certificate in it"
            conditions.append(Condition(name=str(file), value=str(value), threshold="a PEM certificate", ok=False))
            continue
        days = (end - now) / timedelta(days=1)
        found = Health.DOWN if begin > now else graded(days, limits.warning, limits.critical)
        status, least = max(status, found, key=order.index), min(least, days)
        value = f"begins {begin:%Y-%m-%d}" if begin > now else f"ends {end:%Y-%m-%d}, in {days:.0f} days"
        conditions.append(Condition(name=str(file), value=value, threshold=limits.words(), ok=found is Health.HEALTHY))
    soon = "none of them can be read" if least == float("inf") else f"the first ends in {least:.0f} days"
    return Finding(
        status=status,
        evidence=f"{len(files)} certificate files are watched; {soon}.",
        value=None if least == float("inf") else round(least, 1),
        threshold=limits.warning,
        conditions=conditions,
    )


def validity(file: Path) -> tuple[datetime, datetime]:
    """Return from when until when a file's certificates are all valid: a chain is as good as its first to end.

    Raises OSError, ValueError.
    """
    with file.open("rb") as stream:
        found = x509.load_pem_x509_certificates(stream.read(_LARGEST_FILE))
    return max(c.not_valid_before_utc for c in found), min(c.not_valid_after_utc for c in found)


CHECKS: tuple[Check, ...] = (
    Check(
        "certificates",
        "Certificates' end",
        _certificates,
        "Renew it (certbot renew, or your hospital's authority), put the new file in its place, reload the proxy.",
        name="certificates.expiry",
        category=Category.SECURITY,
        period=timedelta(hours=1),
        thresholds=lambda settings: settings.get(InstallationCheckSettings).certificate_limits,
    ),
)
