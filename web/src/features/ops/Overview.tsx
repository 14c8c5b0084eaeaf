import { useTranslation } from "react-i18next";
import type { MonitoringReport } from "../../api/schema";
import { type Attention, attention, overall } from "./attention";
import { formatClock, viewerTimeZone } from "./format";
import classes from "./Monitoring.module.css";
import { StatusTag } from "./StatusTag";

/** The whole in a few words: who waits too long first, then parts and figures. */
export function Overview({ report }: { report: MonitoringReport }) {
  const { t } = useTranslation("ops");
  const found = attention(report);
  const status = overall(report, found);
  return (
    <div className={classes.overview} data-status={status}>
      <StatusTag status={status} />
      {/* Heard when it changes, not at every look. */}
      <p className={classes.sentence} role="status">
        {useSentences(found, report.parts.length).join(" ")}
      </p>
      <p className={classes.facts}>
        {t("overview.facts", {
          at: formatClock(report.timestamp, true),
          zone: viewerTimeZone(),
          version: report.version,
        })}
      </p>
    </div>
  );
}

function useSentences({ late, lateEmergencies, parts, measures }: Attention, count: number): string[] {
  const { t } = useTranslation("ops");
  const sentences: string[] = [];
  if (late === null) sentences.push(t("overview.uncounted"));
  else if (lateEmergencies > 0) sentences.push(t("overview.lateEmergency", { count: lateEmergencies }));
  if (late !== null && late > lateEmergencies) {
    sentences.push(
      t(lateEmergencies > 0 ? "overview.lateToo" : "overview.late", { count: late - lateEmergencies }),
    );
  }
  if (parts.length > 0)
    sentences.push(t("overview.troubled", { count: parts.length, names: parts.join(", ") }));
  if (measures.size > 0) {
    const names = [...measures].map((name) => t(`measures.${name}`)).join(", ");
    sentences.push(t("overview.measures", { names }));
  }
  if (parts.length === 0) sentences.push(t("overview.well", { count }));
  return sentences;
}
