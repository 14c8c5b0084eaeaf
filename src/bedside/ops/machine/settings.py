"""From where on the machine's checks warn. The defaults are the runbooks' where they have one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from bedside.platform.checks import Thresholds
from bedside.platform.config.section import Section

if TYPE_CHECKING:
    from bedside.platform.config.load import Settings


def _percent(default: float, alias: str, what: str) -> Any:
    return Field(default=default, alias=alias, ge=0, le=100, description=f"{what}, in percent.")


def _positive(default: float, alias: str, what: str) -> Any:
    return Field(default=default, alias=alias, gt=0, description=what)


class MachineCheckSettings(Section):
    """The thresholds of the checks of the machine (docs/ops-checks.md)."""

    section: ClassVar[str] = "machine_checks"

    # My Dr AI production database, "Alert Thresholds": CPU 75/90 %, memory 80/90 %, disk 85/90 %.
    cpu_warning: float = _percent(75, "CHECK_CPU_WARNING", "Processors in use: warning")
    cpu_critical: float = _percent(90, "CHECK_CPU_CRITICAL", "Processors in use: critical")
    memory_warning: float = _percent(80, "CHECK_MEMORY_WARNING", "Memory in use: warning")
    memory_critical: float = _percent(90, "CHECK_MEMORY_CRITICAL", "Memory in use: critical")
    disk_warning: float = _percent(85, "CHECK_DISK_WARNING", "Disk below BEDSIDE_HOME in use: warning")
    disk_critical: float = _percent(90, "CHECK_DISK_CRITICAL", "Disk below BEDSIDE_HOME in use: critical")
    inodes_warning: float = _percent(85, "CHECK_INODES_WARNING", "Inodes below BEDSIDE_HOME in use: warning")
    inodes_critical: float = _percent(95, "CHECK_INODES_CRITICAL", "Inodes below BEDSIDE_HOME in use: critical")
    files_warning: float = _percent(75, "CHECK_OPEN_FILES_WARNING", "Open files of this process's limit: warning")
    files_critical: float = _percent(90, "CHECK_OPEN_FILES_CRITICAL", "Open files of this process's limit: critical")
    load_warning: float = _positive(
        2, "CHECK_LOAD_WARNING", "Runnable processes for each processor, over five minutes: warning."
    )
    load_critical: float = _positive(
        4, "CHECK_LOAD_CRITICAL", "Runnable processes for each processor, over five minutes: critical."
    )
    clock_warning: float = _positive(2, "CHECK_CLOCK_WARNING", "Clocks apart, in seconds: warning.")
    clock_critical: float = _positive(10, "CHECK_CLOCK_CRITICAL", "Clocks apart, in seconds: critical.")
    gpu_memory_warning: float = _percent(90, "CHECK_GPU_MEMORY_WARNING", "A GPU's memory in use: warning")
    gpu_memory_critical: float = _percent(98, "CHECK_GPU_MEMORY_CRITICAL", "A GPU's memory in use: critical")
    gpu_heat_warning: float = _positive(85, "CHECK_GPU_TEMPERATURE_WARNING", "A GPU's temperature in °C: warning.")
    gpu_heat_critical: float = _positive(95, "CHECK_GPU_TEMPERATURE_CRITICAL", "A GPU's temperature in °C: critical.")
    clock_source: str | None = Field(
        default=None,
        alias="CHECK_CLOCK_SOURCE",
        max_length=300,
        description="A clock to compare this machine's with: ntp://HOST or https://HOST (its Date). Not set: none.",
    )

    def limits(self, name: str, unit: str = "%") -> Thresholds:
        """Return the pair of thresholds called ``name``: cpu, memory, disk, inodes, files, load, clock, gpu_…."""
        return Thresholds(
            warning=getattr(self, f"{name}_warning"), critical=getattr(self, f"{name}_critical"), unit=unit
        )

    def problems(self, settings: Settings) -> Iterable[str]:
        yield from crossed(self)
        if self.clock_source and not _is_clock(self.clock_source):
            yield "CHECK_CLOCK_SOURCE must be an address like ntp://time.example.org or https://www.example.org."


def crossed(section: Section) -> Iterable[str]:
    """Yield a sentence for each pair of thresholds whose warning is beyond its critical one."""
    fields = type(section).model_fields
    for name in fields:
        other = name.removesuffix("_warning") + "_critical"
        if name.endswith("_warning") and other in fields and getattr(section, name) > getattr(section, other):
            yield f"{fields[name].alias} is over {fields[other].alias}; a warning comes before the critical value."


def _is_clock(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in {"ntp", "https"} and bool(host)
