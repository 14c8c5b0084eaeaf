import json
import os

from .conftest import Checkout

SCRIPT = "check_licences.py"
SHIPPABLE = [
    "License-Expression: MIT",
    "License-Expression: Apache-2.0 OR BSD-3-Clause",
    "License-Expression: GPL-2.0-only OR MIT",
    "License-Expression: MPL-2.0 AND (Apache-2.0 OR MIT)",
    "License: Apache License 2.0",
    "License: BSD",
    "Classifier: License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)",
    "Classifier: License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)",
]
NOT_SHIPPABLE = [
    "",
    "License-Expression: GPL-3.0-or-later",
    "License-Expression: MIT AND AGPL-3.0-only",
    "License-Expression: (MIT OR Apache-2.0) AND GPL-3.0-only",
    "License: GPL",
    "License: Proprietary; submit a request",
    "License: Commercial",
    "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
    "Classifier: License :: OSI Approved :: GNU Affero General Public License v3",
    "Classifier: License :: OSI Approved :: MIT License\n"
    "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
]


def refused(checkout: Checkout, *licences: str) -> tuple[int, set[int]]:
    """The exit code, and which of the distributions, one installed with each of these metadata, are named."""
    names = [f"planted{number}" for number in range(len(licences))]
    pins = [f"{name}==1.0 \\\n    --hash=sha256:00\n" for name in names]
    checkout.write("requirements.lock", "".join(pins) + "absent==2.0 ; sys_platform == 'x' \\\n")
    for name, metadata in zip(names, licences, strict=True):
        text = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{metadata}\n"
        checkout.write(f"site/{name}-1.0.dist-info/METADATA", text)
    answer = checkout.run(SCRIPT, environment={**os.environ, "PYTHONPATH": str(checkout.root / "site")})
    return answer.returncode, {number for number, name in enumerate(names) if f"{name}:" in answer.stdout}


def test_what_may_be_shipped_passes(checkout: Checkout) -> None:
    assert refused(checkout, *SHIPPABLE) == (0, set())


def test_what_may_not_be_shipped_or_is_unknown_fails(checkout: Checkout) -> None:
    assert refused(checkout, *NOT_SHIPPABLE) == (1, set(range(len(NOT_SHIPPABLE))))


def test_one_that_may_not_be_shipped_fails_among_others(checkout: Checkout) -> None:
    assert refused(checkout, *SHIPPABLE, NOT_SHIPPABLE[1]) == (1, {len(SHIPPABLE)})


def web_refused(checkout: Checkout, packages: dict[str, tuple[dict[str, object], str | None]]) -> tuple[int, set[str]]:
    """The exit code, and which packages are named; each is what the lock says and what the installed package does."""
    lock = {"": {"license": "Apache-2.0"}, **{f"node_modules/{name}": said for name, (said, _) in packages.items()}}
    checkout.write("web/package-lock.json", json.dumps({"packages": lock}))
    for name, (_, installed) in packages.items():
        if installed is not None:
            checkout.write(f"web/node_modules/{name}/package.json", json.dumps({"license": installed}))
    answer = checkout.run("check_web_licences.py")
    return answer.returncode, {name for name in packages if f"{name}:" in answer.stdout or f"{name} " in answer.stdout}


def test_packages_of_the_pages_are_held_to_the_same_licences(checkout: Checkout) -> None:
    good: dict[str, tuple[dict[str, object], str | None]] = {
        "one": ({"license": "MIT"}, "MIT"),
        "@scope/two": ({"license": "(MIT OR CC0-1.0)"}, "(MIT OR CC0-1.0)"),
        "tool": ({"license": "BlueOak-1.0.0", "dev": True}, "BlueOak-1.0.0"),
        "elsewhere": ({"license": "MPL-2.0", "optional": True}, None),
    }
    assert web_refused(checkout, good) == (0, set())
    bad: dict[str, tuple[dict[str, object], str | None]] = {
        "copyleft": ({"license": "GPL-3.0-only"}, "GPL-3.0-only"),
        "shipped": ({"license": "BlueOak-1.0.0"}, "BlueOak-1.0.0"),
        "silent": ({}, None),
        "changed": ({"license": "MIT"}, "AGPL-3.0-only"),
        "absent": ({"license": "MIT"}, None),
    }
    assert web_refused(checkout, {**good, **bad}) == (1, set(bad))
