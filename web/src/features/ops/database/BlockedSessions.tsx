import { useTranslation } from "react-i18next";
import type { BlockedReport } from "../../../api/schema";
import { formatSeconds } from "../format";
import classes from "./Database.module.css";
import { Statements } from "./Statements";

/** Who waits for a lock, behind whom, from the head of each chain. */
export function BlockedSessions({ report }: { report: BlockedReport }) {
  const { t } = useTranslation("database");
  return (
    <section aria-labelledby="database-blocked" className={classes.section}>
      <h2 id="database-blocked" className={classes.title}>
        {t("blocked.title")}
      </h2>
      {report.waiting.length === 0 && <p className={classes.lead}>{t("blocked.none")}</p>}
      {report.waiting.length > 0 && (
        <>
          <ul className={classes.list}>
            {report.blockers.map((head) => (
              <li key={head.pid} className={classes.advice}>
                <p className={classes.evidence}>
                  {t("blocked.head", {
                    who: head.application || head.role,
                    pid: head.pid,
                    count: head.blocks,
                    state: head.state,
                  })}
                </p>
                <Statements of={t("blocked.end", { pid: head.pid })} lines={[head.sql]} />
              </li>
            ))}
          </ul>
          <ul className={classes.list}>
            {report.waiting.map((one) => (
              <li key={one.pid} className={classes.row}>
                <strong>{t("blocked.session", { who: one.application || one.role, pid: one.pid })}</strong>
                <span>{t("blocked.waits", { time: formatSeconds(one.waiting_seconds) })}</span>
                <span>{t("blocked.for", { command: one.command, table: one.table || one.lock })}</span>
                <span>{t("blocked.behind", { pids: one.blockers.join(", ") })}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
