"""The GPUs, where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bedside.ops.machine.client import gpu_program, gpu_rows
from bedside.ops.machine.settings import MachineCheckSettings
from bedside.platform.checks import Category, Check, Condition, Finding, Health, graded, skipped
from bedside.platform.errors import Unavailable
from bedside.platform.runtime import Runtime


@dataclass(frozen=True)
class Gpu:
    """One GPU: use in percent, memory in MiB, temperature in °C; what a driver does not tell is None."""

    use: float | None
    memory_used: float | None
    memory_total: float | None
    temperature: float | None


async def _gpu(runtime: Runtime) -> Finding:
    program = gpu_program()
    if program is None:
        return skipped("No NVIDIA driver is installed here (nvidia-smi).")
    return gpu_finding(read_gpus(await gpu_rows(program)), runtime.settings.get(MachineCheckSettings))


def read_gpus(rows: Sequence[str]) -> list[Gpu]:
    """Return the GPUs of nvidia-smi's lines. Raises Unavailable when they are none of its."""
    gpus = []
    for row in rows:
        cells = [cell.strip() for cell in row.split(",")]
        if len(cells) != 4:
            raise Unavailable("nvidia-smi answers with something else than GPUs.")
        gpus.append(Gpu(*map(_number, cells)))
    if not gpus:
        raise Unavailable("nvidia-smi names no GPU.")
    return gpus


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None  # "[N/A]": this GPU does not tell it


def gpu_finding(gpus: Sequence[Gpu], settings: MachineCheckSettings) -> Finding:
    """Return how full and how warm the GPUs are; the worst of them counts."""
    order = list(Health)
    status, conditions = Health.HEALTHY, []
    memory, heat = settings.limits("gpu_memory"), settings.limits("gpu_heat", "°C")
    for number, gpu in enumerate(gpus):
        used = 100 * gpu.memory_used / gpu.memory_total if gpu.memory_used is not None and gpu.memory_total else None
        for name, value, limits in (("memory in use", used, memory), ("temperature", gpu.temperature, heat)):
            if value is None:
                continue
            found = graded(value, limits.warning, limits.critical)
            status = max(status, found, key=order.index)
            conditions.append(
                Condition(
                    name=f"GPU {number}, {name}",
                    value=limits.shown(value),
                    threshold=limits.words(),
                    ok=found is Health.HEALTHY,
                )
            )
    use = ", ".join("not told" if gpu.use is None else f"{gpu.use:.0f} %" for gpu in gpus)
    return Finding(status=status, evidence=f"{len(gpus)} GPUs answer; in use: {use}.", conditions=conditions)


GPU_CHECK = Check(
    "host",
    "GPU",
    _gpu,
    "See nvidia-smi: which process holds its memory, whether its fans run; then start the model's service again.",
    name="host.gpu",
    category=Category.HOST,
)
