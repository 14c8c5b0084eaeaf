import { useTranslation } from "react-i18next";
import type { Bar } from "../../api/schema";
import { formatMoment } from "../../ui/When";
import { formatPercent } from "./format";
import classes from "./HistoryBars.module.css";

interface HistoryProps {
  part: string;
  hours: number;
  bars: readonly Bar[];
  uptime: number | null;
  observed: number;
}

/** A part's past, oldest first: one bar for each stretch, its height and pattern with its colour. */
export function HistoryBars({ part, hours, bars, uptime, observed }: HistoryProps) {
  const { t } = useTranslation("ops");
  const period = t(hours === 6 ? "period.h6" : hours === 24 ? "period.h24" : "period.h168");
  const troubled = bars.filter(({ status }) => status === "degraded" || status === "down");
  return (
    <div className={classes.history}>
      <div role="img" aria-label={t("history.label", { part, period })} className={classes.bars}>
        {bars.map((bar) => (
          <span
            key={bar.start}
            className={classes.bar}
            data-status={bar.status ?? "none"}
            title={`${formatMoment(bar.start)}: ${t(`status.${bar.status ?? "unknown"}`)}`}
          />
        ))}
      </div>
      <p className={classes.scale}>
        <span>{t("history.ago", { period })}</span>
        <span>{t("history.now")}</span>
      </p>
      <p className={classes.uptime}>
        {uptime === null
          ? t("history.nothing")
          : t("history.uptime", { uptime: formatPercent(uptime), observed: formatPercent(observed) })}
      </p>
      {troubled.length > 0 && (
        <details className={classes.text}>
          <summary>{t("history.troubled", { count: troubled.length })}</summary>
          <ul>
            {troubled.map((bar) => (
              <li key={bar.start}>
                {formatMoment(bar.start)}: {t(`status.${bar.status ?? "unknown"}`)}. {bar.evidence}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
