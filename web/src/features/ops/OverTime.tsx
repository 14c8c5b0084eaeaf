import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Range, Series, SeriesName, SeriesReport } from "../../api/schema";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { formatDayClock, formatUnit } from "./format";
import { LineChart } from "./LineChart";
import classes from "./Monitoring.module.css";
import { useSeries } from "./queries";
import { newest } from "./series";

const RANGES: readonly Range[] = ["1h", "24h", "7d"];
const SHOWN: readonly SeriesName[] = [
  "requests.rate",
  "requests.p95",
  "requests.errors",
  "conversations",
  "queue.age",
  "database.pool",
  "database.cache_hit",
  "disk.used",
];

/** Figures over an hour, a day or a week, each as a small chart with its text. */
export function OverTime() {
  const { t } = useTranslation("ops");
  const [range, setRange] = useState<Range>("1h");
  const { data, error, isPending, refetch } = useSeries(SHOWN, range);
  return (
    <section className={classes.section} aria-labelledby="over-time">
      <div className={classes.cardHead}>
        <h2 id="over-time" className={classes.heading}>
          {t("overTime.title")}
        </h2>
        <SegmentedControl
          aria-label={t("overTime.range")}
          value={range}
          onChange={(value) => setRange(value as Range)}
          data={RANGES.map((value) => ({ value, label: t(`overTime.r${value}`) }))}
        />
      </div>
      {isPending && <Loading />}
      {!data && error && <Failed error={error} retry={refetch} />}
      {data && (
        <div className={classes.charts}>
          {data.series.map((series) => (
            <div key={series.name} className={classes.card}>
              <Chart report={data} series={series} />
            </div>
          ))}
        </div>
      )}
    </section>
  );
}

function Chart({ report, series }: { report: SeriesReport; series: Series }) {
  const { t } = useTranslation("ops");
  const { t: label } = useTranslation("ops", { keyPrefix: "overTime.line" });
  const key = series.name.replace(".", "_") as "disk_used";
  const format = (value: number) => formatUnit(value, series.unit);
  const found = series.lines.flatMap((line) => {
    const value = newest(line.values);
    return value === null
      ? []
      : [
          {
            name: line.label,
            value: format(value),
            greatest: format(Math.max(...line.greatest.map(Number))),
          },
        ];
  });
  const nameOf = (name: string) => label((name || "mean") as "mean");
  const summary = found
    .map(({ name, value, greatest }) =>
      t("overTime.summary", { name: found.length > 1 ? nameOf(name) : t("overTime.now"), value, greatest }),
    )
    .join(" ");
  return (
    <LineChart
      title={t(`overTime.series.${key}`)}
      summary={summary || t("overTime.nothing")}
      starts={report.starts}
      format={format}
      formatStart={report.range === "7d" ? formatDayClock : undefined}
      startLabel={t("overTime.from")}
      series={series.lines.map((line) => ({
        name: line.label || "mean",
        label: nameOf(line.label),
        values: line.values,
      }))}
    />
  );
}
