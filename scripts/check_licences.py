"""Every distribution that Bedside installs to run has a licence that Bedside may ship with."""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement

import tree

ALLOWED = re.compile(
    r"MIT(-0|-CMU)?|0?BSD(-[234]-Clause)?|BSD-3-Clause-.*|Apache-2\.0|PSF-2\.0|Python-2\.0(\.1)?|CNRI-Python|MPL-2\.0"
    r"|LGPL-(2\.1|3\.0)(-only|-or-later|\+)?|ISC|Zlib|Unlicense|CC0-1\.0|PostgreSQL|LLVM-exception"
)
OPERATORS = {"AND", "OR", "WITH"}
# What the older metadata say in words, as SPDX has it.
SPDX = {
    r"apache( software)?( license|-2|$)": "Apache-2.0",
    r"(new |modified |simplified |[23]-clause )?bsd( license|\b)": "BSD-3-Clause",
    r"isc( license|$)": "ISC",
    r"(lgpl|gnu (library or )?lesser general public license)": "LGPL-3.0-only",
    r"(the )?mit( license|$)": "MIT",
    r"mozilla public license 2\.0": "MPL-2.0",
    r"python software foundation": "PSF-2.0",
    r"(the )?zlib": "Zlib",
}
# Distributions whose metadata don't say it in a way that can be read: the licence, and where it was read.
EXCEPTIONS: dict[str, str] = {}


def main() -> int:
    problems = []
    for name in locked():
        try:
            found = licence(distribution(name))
        except PackageNotFoundError:
            continue  # for another platform
        if name in EXCEPTIONS:
            continue
        if not allowed(found):
            problems.append(f"{name}: {found or 'its metadata name no licence'}")
    return tree.report(
        problems,
        "Allowed: MIT, BSD, Apache, PSF, MPL, LGPL, ISC. Choose another library; where only the metadata\n"
        "are at fault, read the licence file and add the distribution to EXCEPTIONS with what you read.",
    )


def locked() -> list[str]:
    """Names of the distributions in requirements.lock."""
    lines = (tree.root() / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return [Requirement(line.rstrip(" \\")).name for line in lines if "==" in line and line[0].isalnum()]


def licence(installed: Distribution) -> str:
    """The SPDX expression of a distribution, from its expression, its classifiers or its licence field."""
    expressions, classifiers, fields = (
        installed.metadata.get_all(name) or [] for name in ("License-Expression", "Classifier", "License")
    )
    if expressions:
        return str(expressions[0])
    said = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License ::")]
    said = [text for text in said if text != "OSI Approved"]
    # A field that holds the whole text of a licence starts with its name.
    said = said or [text.strip().splitlines()[0] for text in fields if text.strip()]
    # Two classifiers don't say whether they are a choice: taken as both.
    return " AND ".join(as_spdx(text) for text in said)


def as_spdx(text: str) -> str:
    """The SPDX expression for what metadata say in words; the words themselves where it is not known."""
    try:
        return str(canonicalize_license_expression(text))
    except InvalidLicenseExpression:
        return next((spdx for words, spdx in SPDX.items() if re.match(words, text, re.IGNORECASE)), text)


def allowed(expression: str) -> bool:
    """Whether an SPDX expression leaves a choice that is allowed.

    Of plain alternatives one is enough; with parentheses, each part must pass by itself.
    """
    choices = [re.sub(r"[()]", " ", expression)] if "(" in expression else expression.split(" OR ")
    return any(all_allowed(choice.split()) for choice in choices)


def all_allowed(words: list[str]) -> bool:
    parts = [word for word in words if word not in OPERATORS]
    return bool(parts) and all(ALLOWED.fullmatch(part) for part in parts)


if __name__ == "__main__":
    sys.exit(main())
