"""Every distribution that Bedside installs to run has a licence that Bedside may ship with."""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import tree
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement

ALLOWED = re.compile(
    r"MIT(-0|-CMU)?|0?BSD(-[234]-Clause)?|BSD-3-Clause-.*|Apache-2\.0|PSF-2\.0|Python-2\.0(\.1)?|CNRI-Python|MPL-2\.0"
    r"|LGPL-(2\.1|3\.0)(-only|-or-later|\+)?|ISC|Zlib|Unlicense|CC0-1\.0|PostgreSQL|LLVM-exception"
)
OPERATORS = {"AND", "OR", "WITH"}
# What the older metadata say in words, as SPDX has it.
SPDX = {
    "apache": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "isc": "ISC",
    "lgpl": "LGPL-3.0-only",
    "gnu lesser general public license": "LGPL-3.0-only",
    "mit": "MIT",
    "mozilla public license 2.0": "MPL-2.0",
    "python software foundation": "PSF-2.0",
    "zlib": "Zlib",
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
    metadata = installed.metadata
    if expression := (metadata.get_all("License-Expression") or [""])[0]:
        return str(expression)
    classifiers = [
        line.split(" :: ")[-1] for line in metadata.get_all("Classifier") or [] if line.startswith("License")
    ]
    # A field that holds the whole text of a licence starts with its name.
    words = [*classifiers, (metadata.get_all("License") or [""])[0].strip().split("\n")[0]]
    return next((spdx for text in words if (spdx := as_spdx(text))), words[-1])


def as_spdx(text: str) -> str | None:
    try:
        return str(canonicalize_license_expression(text)) if text else None
    except InvalidLicenseExpression:
        return next((spdx for word, spdx in SPDX.items() if word in text.lower()), None)


def allowed(expression: str) -> bool:
    """Whether an SPDX expression leaves a choice that is allowed.

    Of plain alternatives one is enough; with parentheses, each part must pass by itself.
    """
    if "(" in expression:
        return all(
            ALLOWED.fullmatch(part) for part in re.findall(r"[^\s()]+", expression) if part not in OPERATORS
        )
    return any(
        all(ALLOWED.fullmatch(part) for part in choice.split() if part not in OPERATORS)
        for choice in expression.split(" OR ")
    )


if __name__ == "__main__":
    sys.exit(main())
