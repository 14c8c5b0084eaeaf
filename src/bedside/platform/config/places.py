"""What follows from where a service is: the number that people there call in an emergency."""

from __future__ import annotations

import re

EVERYWHERE = "112"
"""Reaches the emergency services from any mobile phone (3GPP TS 22.101, section 10.1), and all over the EU
(Directive (EU) 2018/1972, article 109)."""

# The number for an ambulance in the national numbering plan, by the region's regulator.
_NUMBERS = {
    "911": ("US", "CA", "MX"),  # FCC, CRTC, IFT
    "999": ("GB", "IE", "HK"),  # Ofcom, ComReg, OFCA
    "000": ("AU",),  # ACMA
    "111": ("NZ",),  # Commerce Commission
    "119": ("JP", "KR", "TW"),  # MIC, MSIT, NCC; the police have another
    "120": ("CN",),  # MIIT
    "192": ("BR",),  # Anatel
    "995": ("SG",),  # IMDA
}
_BY_REGION = {region: number for number, regions in _NUMBERS.items() for region in regions}
_TAG = re.compile(r"(?P<language>[a-z]{2,3})(?:-[A-Z][a-z]{3})?(?:-(?P<region>[A-Z]{2}))?")


def check_locale(tag: str) -> str:
    """Return ``tag``. Raises ValueError unless it is a language with or without script and region (RFC 5646)."""
    if not _TAG.fullmatch(tag):
        raise ValueError("must be a language with or without a region, as in en, en-GB or zh-Hant-TW")
    return tag


def emergency_number(locale: object) -> str:
    """Return the number for an ambulance where ``locale`` is spoken; ``EVERYWHERE`` where it names no known region."""
    match = _TAG.fullmatch(locale) if isinstance(locale, str) else None
    region = match["region"] if match else None
    return _BY_REGION.get(region or "", EVERYWHERE)
