import { useTranslation } from "react-i18next";
import type { SlowQueries } from "../../../api/schema";
import { formatCount, formatMilliseconds } from "../format";
import { Remedy } from "../Remedy";
import { StatusTag } from "../StatusTag";
import classes from "./Database.module.css";

/** The slowest statements. PostgreSQL has put $1, $2 where their values stood. */
export function SlowStatements({ queries }: { queries: SlowQueries }) {
  const { t } = useTranslation("database");
  return (
    <section aria-labelledby="database-slow" className={classes.section}>
      <h2 id="database-slow" className={classes.title}>
        {t("slow.title")}
      </h2>
      {queries.hint && <Remedy>{queries.hint}</Remedy>}
      {!queries.hint && queries.items.length === 0 && <p className={classes.lead}>{t("slow.none")}</p>}
      <ul className={classes.list}>
        {queries.items.slice(0, 10).map((one) => (
          <li key={`${one.id} ${one.roles}`} className={classes.advice}>
            <p className={classes.figures}>
              {one.status !== "healthy" && <StatusTag status={one.status} />}
              <strong>{t("slow.mean", { time: formatMilliseconds(one.mean_ms) })}</strong>
              <span>{t("slow.calls", { count: one.calls, number: formatCount(one.calls) })}</span>
              <span>{t("slow.longest", { time: formatMilliseconds(one.max_ms) })}</span>
              {one.temporary_files && <span>{t("slow.spills")}</span>}
            </p>
            <pre className={classes.statement}>
              <code>{one.query}</code>
            </pre>
          </li>
        ))}
      </ul>
    </section>
  );
}
