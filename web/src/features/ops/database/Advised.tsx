import { useTranslation } from "react-i18next";
import type { Advice, AdviceReport } from "../../../api/schema";
import { Conditions } from "../Conditions";
import { Remedy } from "../Remedy";
import { StatusTag } from "../StatusTag";
import classes from "./Database.module.css";
import { Statements } from "./Statements";

/** What the checks of the database advise, with the statements to copy, and how to tune the server. */
export function Advised({ report }: { report: AdviceReport }) {
  const { t } = useTranslation("database");
  const changes = report.tuning.filter(({ change }) => change);
  const skipped = Object.entries(report.skipped);
  return (
    <>
      <section aria-labelledby="database-advice" className={classes.section}>
        <h2 id="database-advice" className={classes.title}>
          {t("advice.title")}
        </h2>
        <p role="status" className={classes.lead}>
          {t("advice.count", { count: report.advice.length, looked: report.looked_at })}
        </p>
        {report.advice.length > 0 && (
          <ul className={classes.list}>
            {report.advice.map((one) => (
              <AdviceItem key={one.name} advice={one} />
            ))}
          </ul>
        )}
        {skipped.length > 0 && (
          <details className={classes.details}>
            <summary>{t("advice.skipped", { count: skipped.length })}</summary>
            <ul className={classes.plain}>
              {skipped.map(([name, why]) => (
                <li key={name}>
                  <code>{name}</code> {why}
                </li>
              ))}
            </ul>
          </details>
        )}
      </section>
      <section aria-labelledby="database-tuning" className={classes.section}>
        <h2 id="database-tuning" className={classes.title}>
          {t("tuning.title")}
        </h2>
        {report.hint && <Remedy>{report.hint}</Remedy>}
        {!report.hint && changes.length === 0 && <p className={classes.lead}>{t("tuning.none")}</p>}
        {changes.length > 0 && (
          <ul className={classes.list}>
            {changes.map((one) => (
              <li key={one.name} className={classes.advice}>
                <p className={classes.figures}>
                  <code>{one.name}</code>
                  <span>{t("tuning.change", { current: one.current, recommended: one.recommended })}</span>
                  {one.restart && <span>{t("tuning.restart")}</span>}
                </p>
                <p className={classes.evidence}>{one.reason}</p>
                <Statements of={one.name} lines={[one.sql]} />
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function AdviceItem({ advice }: { advice: Advice }) {
  return (
    <li className={classes.advice}>
      <h3 className={classes.name}>
        {advice.title} <StatusTag status={advice.status} />
      </h3>
      <p className={classes.evidence}>{advice.evidence}</p>
      {advice.remedy && <Remedy>{advice.remedy}</Remedy>}
      <Conditions conditions={advice.conditions} />
      <Statements of={advice.title} lines={advice.sql} />
    </li>
  );
}
