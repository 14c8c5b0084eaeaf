"""What grows is sampled: database, large tables, folders, memory, connections, processors."""

from __future__ import annotations

import psycopg
from sqlalchemy import select

from bedside.ops.series import growth, service
from bedside.ops.series.schemas import SeriesName
from bedside.ops.series.tables import Sample
from bedside.platform.access.actor import Actor
from bedside.platform.database.roles import DatabaseUrls
from bedside.platform.runtime import Runtime

MEBIBYTE = 1024 * 1024


async def test_sizes_are_sampled_once_an_hour_and_the_rest_each_minute(runtime: Runtime, urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.require("owner"), autocommit=True) as sql:
        sql.execute("CREATE TABLE heavy AS SELECT repeat(md5(n::text), 40) AS text FROM generate_series(1, 4000) AS n")
    objects = runtime.settings.home / "objects" / "deep"
    objects.mkdir(parents=True)
    (objects / "one").write_bytes(b"x" * 3000)
    for _ in range(2):
        await service.sample(runtime)
    async with runtime.unit_of_work(Actor.system("job")) as ctx:
        rows = (await ctx.session.execute(select(Sample).where(Sample.width_seconds == 7200))).scalars().all()
        found = {(row.name, row.label): row.mean for row in rows}
    assert found[SeriesName.TABLE_SIZE, "heavy"] > MEBIBYTE
    assert found[SeriesName.DATABASE_SIZE, ""] > found[SeriesName.TABLE_SIZE, "heavy"]
    assert found[SeriesName.FOLDER_SIZE, "objects"] == 3000
    assert all(0 <= found[name, ""] <= 100 for name in (SeriesName.MEMORY_USE, SeriesName.CONNECTIONS))
    # Between two looks that are very close the machine's clock may not have ticked.
    assert 0 <= found.get((SeriesName.CPU_USE, ""), 0.0) <= 100
    assert min(value for (name, _), value in found.items() if name == SeriesName.TABLE_SIZE) >= growth.SMALLEST_TABLE
