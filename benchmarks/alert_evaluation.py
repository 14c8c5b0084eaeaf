"""How long one evaluation of 200 alert rules takes: while all is well, when all of them begin to fire, while they do.

    python -m benchmarks.alert_evaluation [--repeats 15] [--json]

On an embedded PostgreSQL with Bedside's schema: 100 rules over checks, 100 over metrics that four processes sampled
for an hour, each quarter of a minute. Measured from the call to its commit, messages with it. Bar: 200 ms for each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bedside.bootstrap.database import embedded_server, prepare_embedded
from bedside.bootstrap.runtime import build_runtime
from bedside.bootstrap.settings import read_settings
from bedside.kit.ids import new_id
from bedside.ops.alerts import repository
from bedside.ops.alerts.book import Rules
from bedside.ops.alerts.sampling import Sample, measure
from bedside.ops.alerts.service import evaluate
from bedside.ops.monitoring import repository as monitoring
from bedside.platform.access.actor import Actor
from bedside.platform.checks import Check, CheckList, Finding, Health, run_checks
from bedside.platform.config import Settings
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.metrics import REGISTRY
from bedside.platform.runtime import Runtime

BAR_MS = 200.0
HALF = 100
PARTS = 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    folder = Path(tempfile.mkdtemp(prefix="bedside-alerts-"))
    folder.chmod(0o711)
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "BEDSIDE_", "API_"))]:
        del os.environ[name]
    rules = folder / "rules.yaml"
    rules.write_text(rule_file(), encoding="utf-8")
    os.environ.update({"BEDSIDE_HOME": str(folder / "home"), "ALERT_RULES": str(rules)})
    os.chdir(folder)
    settings = read_settings()
    server = embedded_server(settings)
    try:
        server.start()
        times = asyncio.run(measured(settings, prepare_embedded(server, settings), options.repeats))
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)
    found = {
        name: {"median_ms": round(statistics.median(t), 1), "most_ms": round(max(t), 1)} for name, t in times.items()
    }
    if options.json:
        print(json.dumps({**found, "machine": {"cores": os.cpu_count() or 1, "load_before": round(load, 1)}}))
    else:
        print(f"{os.cpu_count()} cores, load before {load:.1f}; bar {BAR_MS:g} ms")
        for name, row in found.items():
            print(f"{name:40} median {row['median_ms']:7.1f} ms   most {row['most_ms']:7.1f} ms")
    return 0 if all(row["median_ms"] <= BAR_MS for row in found.values()) else 1


def rule_file() -> str:
    lines = ["rules:"]
    for number in range(HALF):
        tail = f"severity: warning, channels: [operators], remedy: Mend it., part: part_{number % PARTS}}}"
        lines.append(f"  - {{name: check_{number}, title: C, when: {{check: c.c{number}, above: 50}}, {tail}")
        when = (
            f'{{share: {{metric: http_requests_total, labels: {{endpoint: "/{number}", status: "5.."}}}}, '
            f'of: {{metric: http_requests_total, labels: {{endpoint: "/{number}"}}}}, over: 30m, above: 101}}'
        )
        lines.append(f"  - {{name: metric_{number}, title: M, when: {when}, {tail}")
    return "\n".join(lines) + "\n"


async def measured(settings: Settings, urls: DatabaseUrls, repeats: int) -> dict[str, list[float]]:
    values = {"all": 0.0}

    async def finding(_: Runtime) -> Finding:
        return Finding(status=Health.HEALTHY, evidence="so it is", value=values["all"])

    checks = tuple(Check("c", "C", finding, "Mend it.", name=f"c.c{n}", period=timedelta(hours=1)) for n in range(HALF))
    runtime = build_runtime(settings, urls, process="benchmark")
    runtime.parts[CheckList] = CheckList(checks)
    runtime.parts[Rules] = Rules(settings, checks, [])
    found: dict[str, list[float]] = {"all is well": [], "all begin to fire, or are over": [], "all go on firing": []}
    async with runtime.running():
        await sampled(runtime)
        await relook(runtime)
        await evaluate(runtime)
        for _ in range(repeats):
            found["all is well"].append(await timed(runtime))
        for turn in range(max(2, repeats // 3)):
            values["all"] = 0.0 if turn % 2 else 99.0
            await relook(runtime)
            found["all begin to fire, or are over"].append(await timed(runtime))
        values["all"] = 99.0
        await relook(runtime)
        await evaluate(runtime)
        for _ in range(repeats):
            found["all go on firing"].append(await timed(runtime))
    return found


async def relook(runtime: Runtime) -> None:
    """Make every check now, whatever its period."""
    results = await run_checks(runtime, runtime.part(CheckList).checks)
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        await monitoring.keep_results(ctx.session, results)


async def timed(runtime: Runtime) -> float:
    began = time.perf_counter()
    report = await evaluate(runtime)
    assert report.rules == 2 * HALF
    return (time.perf_counter() - began) * 1000


async def sampled(runtime: Runtime) -> None:
    """Keep an hour of samples of four processes."""
    taken = measure(REGISTRY, runtime.part(Rules).wanted)
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        now = await repository.database_now(ctx.session)
        for _ in range(4):
            process = new_id()
            for quarter in range(240):
                at = now - timedelta(seconds=15 * quarter)
                await repository.keep_sample(ctx.session, Sample(process, at, now - timedelta(hours=2), taken))


if __name__ == "__main__":
    raise SystemExit(main())
