import { useTranslation } from "react-i18next";
import type { PartReport } from "../../api/schema";
import { Conditions } from "./Conditions";
import { HistoryBars } from "./HistoryBars";
import classes from "./Monitoring.module.css";
import { Remedy } from "./Remedy";
import { StatusTag } from "./StatusTag";

/** Each part as it is and as it was. */
export function Parts({ parts, hours }: { parts: readonly PartReport[]; hours: number }) {
  const { t } = useTranslation("ops");
  return (
    <section className={classes.section} aria-labelledby="parts">
      <h2 id="parts" className={classes.heading}>
        {t("parts.title")}
      </h2>
      <ul className={classes.cards}>
        {parts.map((part) => (
          <li key={part.part} className={classes.card}>
            <div className={classes.cardHead}>
              <h3 className={classes.cardTitle}>{part.title}</h3>
              <StatusTag status={part.skipped ? null : part.status} />
            </div>
            <HistoryBars
              part={part.title}
              hours={hours}
              bars={part.history}
              uptime={part.uptime_percent ?? null}
              observed={part.observed_percent}
            />
            <Conditions conditions={part.conditions ?? []} />
            {part.remedy && <Remedy>{part.remedy}</Remedy>}
          </li>
        ))}
      </ul>
    </section>
  );
}
