import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MonitoringReport } from "../../api/schema";
import { attention } from "./attention";
import { formatBytes, formatCount, formatPercent, formatSeconds } from "./format";
import classes from "./Measures.module.css";
import shared from "./Monitoring.module.css";

/** The queue, the database and the machine, in numbers. */
export function Measures({ report }: { report: MonitoringReport }) {
  const { t } = useTranslation("ops");
  const { queue, database, host } = report;
  const bad = attention(report).measures;
  return (
    <section className={shared.section} aria-labelledby="measures">
      <h2 id="measures" className={shared.heading}>
        {t("measures.title")}
      </h2>
      <div className={shared.cards}>
        <Card
          title={t("measures.queue")}
          more={
            <Anchor component={Link} to="/system/jobs" size="sm" className={classes.more}>
              {t("measures.toJobs")}
            </Anchor>
          }
        >
          <Line name={t("measures.workers")} value={formatCount(queue.workers)} bad={bad.has("workers")} />
          <Line name={t("measures.waiting")} value={formatCount(queue.waiting)} />
          <Line
            name={t("measures.oldest")}
            value={
              queue.oldest_waiting_seconds === null
                ? t("measures.none")
                : formatSeconds(queue.oldest_waiting_seconds)
            }
            bad={bad.has("oldest")}
          />
          <Line name={t("measures.running")} value={formatCount(queue.running)} />
          <Line name={t("measures.succeeded")} value={formatCount(queue.succeeded_last_day)} />
          <Line
            name={t("measures.failed")}
            value={formatCount(queue.failed_last_day)}
            bad={bad.has("failed")}
          />
        </Card>
        <Card title={t("measures.database")}>
          <Line name={t("measures.size")} value={formatBytes(database.size_bytes)} />
          <Meter
            name={t("measures.connections")}
            said={t("measures.of", {
              part: formatCount(database.connections),
              whole: formatCount(database.max_connections),
            })}
            percent={(100 * database.connections) / database.max_connections}
            bad={bad.has("connections")}
          />
          <Line
            name={t("measures.cacheHit")}
            value={
              database.cache_hit_percent === null
                ? t("measures.none")
                : formatPercent(database.cache_hit_percent)
            }
          />
        </Card>
        <Card title={t("measures.host")}>
          <Meter
            name={t("measures.disk")}
            said={t("measures.of", {
              part: formatBytes(host.disk_used_bytes),
              whole: formatBytes(host.disk_total_bytes),
            })}
            percent={(100 * host.disk_used_bytes) / host.disk_total_bytes}
            bad={bad.has("disk")}
          />
          <Meter
            name={t("measures.memory")}
            said={t("measures.of", {
              part: formatBytes(host.memory_used_bytes),
              whole: formatBytes(host.memory_total_bytes),
            })}
            percent={(100 * host.memory_used_bytes) / host.memory_total_bytes}
            bad={bad.has("memory")}
          />
          <Line
            name={t("measures.load")}
            value={t("measures.loadOf", { load: host.load, count: host.processors })}
            bad={bad.has("load")}
          />
        </Card>
      </div>
    </section>
  );
}

function Card({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  return (
    <div className={shared.card}>
      <div className={shared.cardHead}>
        <h3 className={shared.cardTitle}>{title}</h3>
        {more}
      </div>
      <dl className={classes.lines}>{children}</dl>
    </div>
  );
}

interface LineProps {
  name: string;
  value: string;
  bad?: boolean;
  percent?: number;
}

function Line({ name, value, bad, percent }: LineProps) {
  const { t } = useTranslation("ops");
  return (
    <div className={classes.line} data-bad={bad || undefined}>
      <dt>{name}</dt>
      <dd>
        <span>{value}</span>
        {bad && <span className="visually-hidden"> {t("measures.bad")}</span>}
        {percent !== undefined && (
          <span className={classes.track} aria-hidden="true">
            <span className={classes.fill} style={{ inlineSize: `${Math.min(percent, 100)}%` }} />
          </span>
        )}
      </dd>
    </div>
  );
}

interface MeterProps {
  name: string;
  said: string;
  percent: number;
  bad: boolean;
}

function Meter({ name, said, percent, bad }: MeterProps) {
  const value = `${said} (${formatPercent(Math.round(percent * 10) / 10)})`;
  return <Line name={name} value={value} bad={bad} percent={percent} />;
}
