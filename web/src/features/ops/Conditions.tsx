import { IconCheck, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Condition } from "../../api/schema";
import classes from "./Conditions.module.css";

/** What has to hold, with what was found. */
export function Conditions({ conditions }: { conditions: readonly Condition[] }) {
  const { t } = useTranslation("ops");
  return (
    <ul className={classes.list} aria-label={t("conditions.label")}>
      {conditions.map(({ name, value, threshold, ok }) => (
        <li key={name} className={classes.condition} data-ok={ok}>
          {ok ? <IconCheck size={16} aria-hidden /> : <IconX size={16} aria-hidden />}
          <span>
            <span className="visually-hidden">{t(ok ? "conditions.met" : "conditions.notMet")} </span>
            {t("conditions.line", { name, value })}{" "}
            {threshold !== value && (
              <span className={classes.threshold}>{t("conditions.threshold", { threshold })}</span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
