import os

import pytest

from .conftest import Checkout

SCRIPT = "check_licences.py"


def judged(checkout: Checkout, metadata: str) -> int:
    """The verdict on a distribution `planted`, installed with this metadata."""
    checkout.write("requirements.lock", "planted==1.0 \\\n    --hash=sha256:00\nabsent==2.0 ; sys_platform == 'x' \\\n")
    checkout.write(
        "site/planted-1.0.dist-info/METADATA", f"Metadata-Version: 2.4\nName: planted\nVersion: 1.0\n{metadata}\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(checkout.root / "site")}
    answer = checkout.run(SCRIPT, environment=environment)
    assert ("planted" in answer.stdout) == bool(answer.returncode)
    return answer.returncode


@pytest.mark.parametrize(
    "metadata",
    [
        "License-Expression: MIT",
        "License-Expression: Apache-2.0 OR BSD-3-Clause",
        "License-Expression: GPL-2.0-only OR MIT",
        "License-Expression: MPL-2.0 AND (Apache-2.0 OR MIT)",
        "License: Apache License 2.0",
        "License: BSD",
        "Classifier: License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)",
        "Classifier: License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)",
    ],
)
def test_what_may_be_shipped_passes(checkout: Checkout, metadata: str) -> None:
    assert judged(checkout, metadata) == 0


@pytest.mark.parametrize(
    "metadata",
    [
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
    ],
)
def test_what_may_not_be_shipped_or_is_unknown_fails(checkout: Checkout, metadata: str) -> None:
    assert judged(checkout, metadata) == 1
