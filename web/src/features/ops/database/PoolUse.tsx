import { useTranslation } from "react-i18next";
import type { PoolReport } from "../../../api/schema";
import { formatPercent, formatSeconds } from "../format";
import { StatusTag } from "../StatusTag";
import classes from "./Database.module.css";

/** Who has the server's connections. */
export function PoolUse({ pool }: { pool: PoolReport }) {
  const { t } = useTranslation("database");
  return (
    <section aria-labelledby="database-pool" className={classes.section}>
      <h2 id="database-pool" className={classes.title}>
        {t("pool.title")} <StatusTag status={pool.status} />
      </h2>
      <p className={classes.lead}>
        {t("pool.lead", {
          used: pool.used,
          available: pool.available,
          percent: formatPercent(pool.used_percent),
          most: pool.pool_size + pool.max_overflow,
        })}
      </p>
      <ul className={classes.list}>
        {pool.groups.map((group) => (
          <li key={`${group.application} ${group.role} ${group.state}`} className={classes.row}>
            <strong>{group.application}</strong>
            <span>{group.role}</span>
            <span>{group.state}</span>
            <span>{t("pool.sessions", { count: group.sessions })}</span>
            <span>{t("pool.longest", { time: formatSeconds(group.longest_seconds) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
