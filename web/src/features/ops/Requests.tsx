import { useTranslation } from "react-i18next";
import type { MinuteOfRequests, Requests as RequestsReport } from "../../api/schema";
import { formatCount, formatMilliseconds } from "./format";
import { LineChart } from "./LineChart";
import classes from "./Monitoring.module.css";
import { RouteTable } from "./RouteTable";

const COUNTS = ["requests", "client_errors", "server_errors"] as const;
const LATENCIES = ["p50_ms", "p95_ms", "p99_ms"] as const;

/** Requests, errors and latency over the last hour. */
export function Requests({ requests }: { requests: RequestsReport }) {
  const { t } = useTranslation("ops");
  const { minutes } = requests;
  const starts = minutes.map(({ start }) => start);
  const counted = (name: (typeof COUNTS)[number]) =>
    // A minute that nobody counted is a gap in every line; the one that runs is not whole yet.
    minutes.map((minute, index) =>
      minute.requests === null || index === minutes.length - 1 ? null : minute[name],
    );
  return (
    <section className={classes.section} aria-labelledby="requests">
      <h2 id="requests" className={classes.heading}>
        {t("requests.title")}
      </h2>
      <div className={classes.charts}>
        <div className={classes.card}>
          <LineChart
            title={t("requests.count")}
            summary={countSummary(t, requests)}
            starts={starts}
            format={formatCount}
            series={COUNTS.map((name) => ({ name, label: t(`requests.${name}`), values: counted(name) }))}
          />
        </div>
        <div className={classes.card}>
          <LineChart
            title={t("requests.latency")}
            summary={latencySummary(t, requests)}
            starts={starts}
            format={formatMilliseconds}
            series={LATENCIES.map((name) => ({
              name,
              label: t(`requests.${name}`),
              values: minutes.map((minute: MinuteOfRequests) => minute[name]),
            }))}
          />
        </div>
      </div>
      <RouteTable />
    </section>
  );
}

type Translate = ReturnType<typeof useTranslation<"ops">>["t"];

function countSummary(t: Translate, { requests, client_errors, server_errors }: RequestsReport): string {
  return t("requests.countSummary", {
    requests: formatCount(requests),
    refused: formatCount(client_errors),
    failed: formatCount(server_errors),
  });
}

function latencySummary(t: Translate, { p50_ms, p95_ms, p99_ms }: RequestsReport): string {
  if (p50_ms === null || p95_ms === null || p99_ms === null) return t("requests.noLatency");
  return t("requests.latencySummary", {
    p50: formatMilliseconds(p50_ms),
    p95: formatMilliseconds(p95_ms),
    p99: formatMilliseconds(p99_ms),
  });
}
