"""The check of the API, which a command at the host makes: whoever asks the API itself has the answer already."""

from __future__ import annotations

from importlib.metadata import version

from bedside.ops.health.client import api_version
from bedside.platform.checks import Check, Condition, Finding, Health
from bedside.platform.config.address import read_address
from bedside.platform.runtime import Runtime


async def _api(runtime: Runtime) -> Finding:
    home = runtime.settings.home
    address = read_address(home)
    if address is None:
        return Finding(
            status=Health.DOWN,
            evidence=f"No Bedside runs on {home}.",
            remedy="Start it: bedside up (or bedside serve); or set BEDSIDE_HOME to the folder of the one that runs.",
        )
    running, here = await api_version(address), version("bedside")
    same = running == here
    return Finding(
        status=Health.HEALTHY if same else Health.DEGRADED,
        evidence=f"The API answers at {address}, version {running}.",
        remedy=None if same else f"This command is version {here}; restart Bedside, so that all of it is one version.",
        conditions=[Condition(name="version", value=running, threshold=here, ok=same)],
    )


API_CHECK = Check(
    "api",
    "Address",
    _api,
    "See logs/api.log below BEDSIDE_HOME; then start Bedside again: bedside up",
    name="api.address",
    vital=True,
    time_limit_seconds=1.7,
)
