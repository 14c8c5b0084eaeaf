import { IconUrgent } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { EmergencyCall } from "../../app/EmergencyCall";
import classes from "./SafetyAlert.module.css";

/** What to do now in an emergency: before the reply, and whatever else fails. */
export function SafetyAlert({ advice }: { advice: readonly string[] }) {
  const { t } = useTranslation("assistant");
  return (
    <section className={classes.alert} role="alert">
      <h2 className={classes.title}>
        <IconUrgent size={26} aria-hidden />
        {t("safety.title")}
      </h2>
      <EmergencyCall />
      <ul className={classes.advice}>
        {advice.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
