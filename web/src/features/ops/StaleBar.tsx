import { useTranslation } from "react-i18next";
import { explain } from "../../ui/explain";
import { formatClock } from "./format";
import classes from "./Monitoring.module.css";
import { EVERY_MS, useHealth } from "./queries";

interface StaleBarProps {
  /** What is shown is from then; null: nothing is shown. */
  since: string | null;
  error: unknown;
}

/** Says that what is shown is old, why, and what can be told all the same: the checks, which need no database. */
export function StaleBar({ since, error }: StaleBarProps) {
  const { t } = useTranslation("ops");
  const { t: common } = useTranslation();
  const failing = error !== null;
  const health = useHealth(failing, EVERY_MS);
  const troubled = health.isSuccess ? health.data.parts.filter(({ status }) => status !== "healthy") : [];
  return (
    <div role="alert">
      {failing && since && (
        <div className={classes.stale}>
          <p>
            <strong>{t("stale.title", { at: formatClock(since, true) })}</strong>{" "}
            {explain(error, common).title}. {t("stale.again")}
          </p>
          {troubled.map(({ part, title, evidence, remedy }) => (
            <p key={part}>
              {t("stale.part", { title, evidence })} {remedy}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}
