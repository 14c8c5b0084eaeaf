"""One-time codes: TOTP (RFC 6238) by pyotp, and recovery codes."""

from __future__ import annotations

import base64
import os
from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError

from bedside.identity.keys import IdentityKeys
from bedside.identity.tables import Credentials

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10  # 80 bits: NIST SP 800-63B, section 5.1.2.1 asks for 20 at least
_WINDOW = 1  # steps of 30 seconds to either side, for clocks that differ (RFC 6238, section 5.2)


def new_recovery_codes() -> list[str]:
    """Return fresh recovery codes, in groups of four letters and digits."""
    return [_grouped(base64.b32encode(os.urandom(_RECOVERY_BYTES)).decode().lower()) for _ in range(RECOVERY_CODES)]


def recovery_hash(keys: IdentityKeys, credentials_of: bytes, code: str) -> bytes:
    """Return what is kept of a recovery code."""
    return keys.mac("recovery", credentials_of + _plain(code).encode("utf-8", "surrogatepass"))


def accept_code(keys: IdentityKeys, row: Credentials, code: str, now: datetime) -> bool:
    """Return whether ``code`` is right and unused, and use it up. ``row`` must be locked."""
    return _accept_totp(keys, row, code, now) or _accept_recovery(keys, row, code)


def _accept_totp(keys: IdentityKeys, row: Credentials, code: str, now: datetime) -> bool:
    if row.totp_secret is None or not (code.isascii() and _plain(code).isdigit()):
        return False
    totp = pyotp.TOTP(keys.unseal(row.account_id, row.totp_secret))
    try:
        counter = totp.verify_and_get_timecode(_plain(code), for_time=now, valid_window=_WINDOW)
    except OTPVerificationError:
        return False
    if row.totp_last_counter is not None and counter <= row.totp_last_counter:
        return False
    row.totp_last_counter = counter
    return True


def _accept_recovery(keys: IdentityKeys, row: Credentials, code: str) -> bool:
    wanted = recovery_hash(keys, row.account_id.bytes, code)
    if wanted not in row.recovery_codes:
        return False
    row.recovery_codes = [kept for kept in row.recovery_codes if kept != wanted]
    return True


def _plain(code: str) -> str:
    return code.replace(" ", "").replace("-", "").lower()


def _grouped(text: str) -> str:
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))
