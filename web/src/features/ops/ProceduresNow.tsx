import { useTranslation } from "react-i18next";
import type { ProcedureView } from "../../api/schema";
import { formatDayClock } from "./format";
import classes from "./Monitoring.module.css";
import { useProceduresNow } from "./queries";

const NEXT = 3;

/** Which procedures run now, and which come next by their schedule. */
export function ProceduresNow() {
  const { t } = useTranslation("ops");
  const { data } = useProceduresNow();
  if (!data) return null;
  const running = data.items.filter((item) => item.active !== null && item.active !== undefined);
  const next = data.items
    .filter((item): item is ProcedureView & { next_run: string } => Boolean(item.next_run))
    .sort((a, b) => a.next_run.localeCompare(b.next_run))
    .slice(0, NEXT);
  return (
    <section className={classes.section} aria-labelledby="procedures-now">
      <h2 id="procedures-now" className={classes.heading}>
        {t("proceduresNow.title")}
      </h2>
      <div className={classes.card}>
        <p className={classes.lead}>
          {running.length
            ? t("proceduresNow.running", { names: running.map(({ title }) => title).join(", ") })
            : t("proceduresNow.none")}
        </p>
        {next.length > 0 && (
          <ul>
            {next.map(({ name, title, next_run }) => (
              <li key={name}>{t("proceduresNow.next", { title, at: formatDayClock(next_run) })}</li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
