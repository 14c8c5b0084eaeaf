"""What is taken out of logs that others wrote: expressions for each kind, and hints without which none can match.

Hand-written, because what there is does not fit: Presidio and scrubadub load language models, ``phonenumbers`` reads a
megabyte a second, and detect-secrets looks for secrets alone. A name is known by the key, title or field it stands
behind; in running text without any of these it is not found (docs/ops-logs-and-metrics.md has the figures).
"""

from __future__ import annotations

# ruff: noqa: E501, RUF001, S105 - an expression that is cut into lines is not easier to read; names of kinds are no secrets
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was found; ``[kind]`` is written instead."""

    NAME = "name"
    BORN = "birth-date"
    RECORD = "record-number"
    NATIONAL = "national-number"
    SECRET = "secret"  # pragma: allowlist secret
    TOKEN = "token"
    EMAIL = "e-mail"
    PHONE = "phone"
    CARD = "card"
    ADDRESS = "ip-address"


@dataclass(frozen=True)
class Pattern:
    """The group ``v`` is replaced, or all of it where there is none. ``holds`` sorts out what only looks alike.

    ``hints``: texts of which one is in whatever matches, in lower case and with 0 for each digit: looking for them is a
    hundred times quicker than matching.
    """

    kind: Kind
    expression: re.Pattern[str]
    hints: tuple[str, ...]
    holds: Callable[[str], bool] | None = None


_DIGITS = str.maketrans("123456789", "000000000")


def hint_text(text: str) -> str:
    """Return ``text`` as hints are looked for in it."""
    return text.lower().translate(_DIGITS)


def _keys(*words: str) -> str:
    return "|".join(words)


# A key may be quoted, escaped once more (JSON within JSON), an XML tag, part of a query or of a longer name.
_BEFORE = r"(?<![A-Za-z0-9])(?:[A-Za-z]+[_.-])?"
_LINK = r"""(?:\\*["']?\s*(?:=>|[:=])\s*|\s+is\s+|%3[DA])"""
# In order: a list of strings, a quoted text, bare words.
_QUOTED = r"""\\*"(?P<v>(?:[^"\\\n]|\\(?!\\*"[,}\s:])[^\n])*?)\\*"|'(?P<v2>[^'\n]*)'"""
_NAME_WORD = r"[^\s,;&|\"'<>(){}\[\]=:\\]+"
_BARE_NAME = rf"(?P<v3>{_NAME_WORD}(?:(?:[ +]|%20|,[ ]?)(?=[A-ZÀ-Þ][^\s=:]*(?:[\s,;&|)\]}}]|$)){_NAME_WORD}){{0,4}})"
_BARE = r"(?P<v3>[^\s,;&|\"'<>(){}\[\]\\]+)"
_LIST = r"""\[\s*(?P<v4>(?:\\*"[^"\n]*"\s*,?\s*)+)\]"""

_NAMES = _keys(
    "patient[_ -]?name", "full[_ -]?name", "first[_ -]?name", "last[_ -]?name", "middle[_ -]?name", "given[_ -]?names?",
    "family[_ -]?name", "maiden[_ -]?name", "mothers?[_ -]?maiden[_ -]?name", "sur[_ -]?name", "fore[_ -]?name",
    "display[_ -]?name", "user[_ -]?name", "next[_ -]?of[_ -]?kin", "nachname", "vorname", "nom", "prenom", "given",
    "family", "name", "patient", "physician", "doctor", "nurse", "guardian", "contact[_ -]?name", "login",
)  # fmt: skip
_BIRTHS = _keys("dob", "d\\.o\\.b\\.", "birth[_ -]?date", "date[_ -]?of[_ -]?birth", "birthday", "born(?:[_ -]?on)?", "geburtsdatum", "geb\\.?")  # fmt: skip
_RECORDS = _keys(
    "mrn", "medical[_ -]?record(?:[_ -]?(?:number|no|id))?", "patient[_ -]?(?:id|no|nr|number)", "chart[_ -]?(?:no|number|id)",
    "hospital[_ -]?(?:no|number|id)", "case[_ -]?(?:no|nr|number)", "accession[_ -]?(?:no|number)", "fallnummer",
)  # fmt: skip
_NATIONALS = _keys(
    "ssn", "social[_ -]?security(?:[_ -]?(?:number|no))?", "nhs[_ -]?(?:number|no|nr)?", "national[_ -]?(?:id|number|insurance[_ -]?(?:no|number)?)",
    "ahv(?:[_ -]?(?:nr|number))?", "pesel", "personnummer", "cpf", "aadhaar", "insurance[_ -]?(?:no|number|id)", "passport(?:[_ -]?(?:no|number))?",
    "versicherten(?:nummer|[_ -]?nr)", "tax[_ -]?id", "steuer[_ -]?id",
)  # fmt: skip
_SECRETS = _keys(
    "pass(?:word|wd|phrase)?", "pwd", "secret(?:[_ -]?key)?", "client[_ -]?secret", "api[_ -]?key", "apikey", "access[_ -]?key",
    "access[_ -]?token", "refresh[_ -]?token", "id[_ -]?token", "auth[_ -]?token", "token", "authorization", "x-api-key", "cookie",
    "set-cookie", "session[_ -]?id", "sessionid", "private[_ -]?key", "otp", "pin", "csrf(?:[_ -]?token)?", "jwt",
)  # fmt: skip
_PHONES = _keys(
    "phone(?:[_ -]?(?:number|no))?", "tel(?:efon|ephone)?", "mobile", "cell(?:phone)?", "fax", "handy", "telecom"
)
_MONTH = r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zäé]*"
_DATE = rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}|\d{{8}}|\d{{1,2}}\.?[ -]{_MONTH}[ -,]+\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}})"


def _keyed(kind: Kind, keys: str, hints: tuple[str, ...], bare: str = _BARE) -> Pattern:
    return Pattern(kind, re.compile(rf"{_BEFORE}(?:{keys}){_LINK}(?:{_QUOTED}|{_LIST}|{bare})", re.IGNORECASE), hints)


def _xml(tags: str) -> re.Pattern[str]:
    value = r'(?:value\s*=\s*"(?P<v>[^"\n]*)"|>(?P<v2>[^<\n]+)<)'
    return re.compile(rf"<(?:\w+:)?(?:{tags})\b[^>\n]{{0,300}}?{value}", re.IGNORECASE)


def _luhn(text: str) -> bool:
    digits = [int(char) for char in text if char.isdigit()][::-1]
    return sum(d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(digits)) % 10 == 0


def _nhs(text: str) -> bool:
    """Modulus 11 (NHS Data Dictionary, "NHS NUMBER")."""
    digits = [int(char) for char in text if char.isdigit()]
    check = 11 - sum(d * (10 - i) for i, d in enumerate(digits[:9])) % 11
    return (0 if check == 11 else check) == digits[9]


def _address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _not_a_level(text: str) -> bool:
    return text.casefold() not in {"null", "none", "true", "false", "-", ""} and not text.startswith("[")


_SECRET_VALUE = r"(?P<v3>(?:(?:Bearer|Basic|Digest|Token|ApiKey)\s+)?[^\s,;&|\"'<>(){}\[\]\\]+)"

_OF_NAMES = ("name", "kin", "nom", "given", "family", "patient", "physician", "doctor", "nurse", "guardian", "login")
_OF_BIRTHS = ("dob", "d.o.b", "birth", "born", "geb")
_TITLES = ("patient", "nurse", "doctor", "mr", "ms", "miss", "dr", "prof", "herr", "frau", "mme", "sr")
_PREFIXES = ("sk-", "sk_", "rk_", "gh", "glpat-", "xox", "akia", "asia", "aiza", "hf_", "npm_", "sg.")

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        Kind.SECRET,
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^\n]*?-----END [A-Z ]*PRIVATE KEY-----)?"),
        ("private key",),
    ),
    Pattern(Kind.TOKEN, re.compile(r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]{3,}(?:\.[\w-]*){0,3}"), ("eyj",)),
    Pattern(
        Kind.TOKEN,
        re.compile(r"\b(?:Bearer|Basic|Digest)(?:\s+|%20)(?P<v>[A-Za-z0-9+/=._~-]{8,})", re.IGNORECASE),
        ("bearer", "basic", "digest"),
    ),
    Pattern(
        Kind.TOKEN,
        re.compile(
            r"(?<![A-Za-z0-9])(?:sk-[\w-]{16,}|[sr]k_(?:live|test)_\w{10,}|gh[pousr]_\w{20,}|github_pat_\w{20,}"
            r"|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|A[KS]IA[0-9A-Z]{16}|AIza[\w-]{30,}|hf_\w{20,}|npm_\w{30,}"
            r"|SG\.[\w-]{16,}\.[\w-]{16,})"
        ),
        _PREFIXES,
    ),
    Pattern(Kind.SECRET, re.compile(r"://[^\s:/@\"']*:(?P<v>[^\s/@\"']+)@"), ("://",)),
    _keyed(
        Kind.SECRET,
        _SECRETS,
        ("pass", "pwd", "secret", "key", "token", "authorization", "cookie", "session", "otp", "pin", "csrf", "jwt"),
        _SECRET_VALUE,
    ),
    # HL7 v2: identifiers, names, birth, address, phones of patients and next of kin.
    Pattern(
        Kind.NAME, re.compile(r"\b(?:PID|NK1|GT1|IN1)\|(?P<v>[^\n\r]+)"), ("pid|", "nk0|", "gt0|", "in0|")
    ),
    # A DICOM dump: everything of group 0010, the patient's.
    Pattern(Kind.NAME, re.compile(r"\(0010,[0-9a-fA-F]{4}\)[^\[\n]{0,200}\[(?P<v>[^\]\n]*)\]"), ("(0000,",)),
    _keyed(Kind.BORN, _BIRTHS, _OF_BIRTHS, rf"(?P<v3>{_DATE}|[^\s,;&|\"'<>(){{}}\[\]\\]+)"),
    Pattern(
        Kind.BORN,
        re.compile(rf"(?<![A-Za-z0-9])(?:{_BIRTHS}|\*)\s*(?:on\s+)?(?P<v>{_DATE})", re.IGNORECASE),
        (*_OF_BIRTHS, "*0", "* 0"),
    ),
    _keyed(
        Kind.RECORD,
        _RECORDS,
        ("mrn", "record", "patient", "chart", "hospital", "case", "accession", "fallnummer"),
    ),
    Pattern(
        Kind.RECORD,
        re.compile(r"\b(?:MRN|Fallnummer|chart)[ #:]{1,2}(?P<v>[A-Z]{0,3}\d{4,12})\b"),
        ("mrn", "fallnummer", "chart"),
    ),
    _keyed(
        Kind.NATIONAL,
        _NATIONALS,
        ("ssn", "social", "nhs", "national", "ahv", "pesel", "personn", "cpf", "aadhaar", "insurance", "passport",
         "versicherten", "tax", "steuer"),
        r"(?P<v3>[A-Z0-9][A-Z0-9./-]*(?:[ ]\d[\d./-]*)*)",
    ),
    _keyed(
        Kind.PHONE,
        _PHONES,
        ("phone", "tel", "mobile", "cell", "fax", "handy"),
        r"(?P<v3>(?:\+|%2B|\()?\d[\d ()./-]{4,}\d)",
    ),
    _keyed(Kind.NAME, _NAMES, _OF_NAMES, _BARE_NAME),
    # XML, and FHIR's XML: <family value="…"/>.
    Pattern(Kind.NAME, _xml(_NAMES), ("<",)),
    Pattern(Kind.BORN, _xml(_BIRTHS), ("<",)),
    Pattern(
        Kind.NAME,
        re.compile(
            r"\b(?:[Pp]atient(?:in)?|[Nn]urse|[Dd]octor|Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Sr|Sra)\.?\s+"
            r"(?P<v>[A-ZÀ-Þ][\w'’-]+(?:\s+(?:(?:van|von|de|der|den|da|del|la|le|bin|al|[A-Z]\.)\s+)*[A-ZÀ-Þ][\w'’-]+){0,3})"
        ),
        _TITLES,
    ),
    Pattern(
        Kind.EMAIL,
        re.compile(r"[A-Za-z0-9._%+'-]{1,64}(?:@|%40)(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}\b"),
        ("@", "%00"),
    ),
    # The United States, Switzerland, Italy, Brazil, Spain, France, Sweden and Finland, Great Britain.
    Pattern(Kind.NATIONAL, re.compile(r"(?<![\w.-])\d{3}-\d{2}-\d{4}(?![\w-])"), ("000-00-0000",)),
    Pattern(Kind.NATIONAL, re.compile(r"(?<![\w.])756\.\d{4}\.\d{4}\.\d{2}(?!\w)"), ("000.0000.0000.00",)),
    Pattern(
        Kind.NATIONAL,
        re.compile(r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)"),
        tuple(f"00{month}00" for month in "abcdehlmprst"),
    ),
    Pattern(Kind.NATIONAL, re.compile(r"(?<![\w.])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\w)"), ("000.000.000-00",)),
    Pattern(
        Kind.NATIONAL,
        re.compile(r"(?<![\w.-])(?:\d{8}[A-HJ-NP-TV-Z]|[XYZ]\d{7}[A-HJ-NP-TV-Z])(?![\w-])"),
        ("0000000",),
    ),
    Pattern(
        Kind.NATIONAL,
        re.compile(r"(?<![\w.-])[12][ ]?\d{2}[ ]?(?:0[1-9]|1[0-2])[ ]?\d{2}[ ]\d{3}[ ]\d{3}[ ]\d{2}(?!\w)"),
        ("00 000 000 00",),
    ),
    Pattern(Kind.NATIONAL, re.compile(r"(?<![\w.-])\d{6}[-+]\d{4}(?![\w-])"), ("000000-0000", "000000+0000")),
    Pattern(Kind.NATIONAL, re.compile(r"(?<![\w.-])\d{3}[ ]\d{3}[ ]\d{4}(?![\w-])"), ("000 000 0000",), _nhs),
    Pattern(
        Kind.CARD,
        re.compile(r"(?<![\w.-])(?:\d{4}[ -]){3}\d{1,7}(?![\w-])|(?<![\w.-])[3-6]\d{12,18}(?![\w.-])"),
        ("0000 0000", "0000-0000", "0000000000000"),
        _luhn,
    ),
    Pattern(
        Kind.PHONE,
        re.compile(
            r"(?<![\w.:/+-])(?:\+|00)[1-9]\d{0,2}[ ./-]?(?:\(0?\)[ ]?)?(?:\(?\d{1,5}\)?[ ./-]?){1,5}\d{2,}(?![\w-])"
        ),
        ("+0", " 00", '"00', "=00"),
    ),
    Pattern(
        Kind.PHONE,
        re.compile(r"(?<![\w.:/+-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?:\s?x\d{1,5})?(?![\w.-])"),
        ("000-0000", "000.0000", "000 0000"),
    ),
    Pattern(
        Kind.PHONE,
        re.compile(
            r"(?<![\w.:/+-])(?:\(?0\d{1,4}\)?(?:[ ./-]\d{2,8}){1,4}|0[1-9]\d{8,9})(?![\w:-])(?!\.\w)"
        ),
        ("0 00", "0-00", "0/00", "0.00", "0) 0", "0000000000"),
    ),
)  # fmt: skip

ADDRESSES: tuple[Pattern, ...] = (
    Pattern(Kind.ADDRESS, re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\w)"), (".0",), _address),
    Pattern(
        Kind.ADDRESS, re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])"), (":",), _address
    ),
)

worth_replacing = _not_a_level
