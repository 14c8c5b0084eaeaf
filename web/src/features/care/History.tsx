import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AssessmentDetail, Transition } from "../../api/schema";
import { When } from "../../ui/When";
import classes from "./Patient.module.css";

/** Who changed what, and when; the latest first. */
export function History({ found }: { found: AssessmentDetail }) {
  const { t } = useTranslation("care");
  const steps = [...found.history].reverse();
  return (
    <section className={classes.card} aria-labelledby="history">
      <Title order={2} id="history" className={classes.title}>
        {t("history.title")}
      </Title>
      <ol className={classes.history}>
        {steps.map((step) => (
          <li key={`${step.at}${step.event}`}>
            <Step step={step} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Step({ step }: { step: Transition }) {
  const { t } = useTranslation("care");
  const { t: common } = useTranslation();
  const who = step.actor_name ?? t(step.actor_role === "patient" ? "history.patient" : "history.bedside");
  return (
    <>
      <p>
        {t(`history.${step.event}`, { who })}
        {step.level && (step.event === "decide" || step.event === "hand-over" || step.event === "update") && (
          <> {t("history.level", { level: common(`level.${step.level}`) })}</>
        )}
      </p>
      {step.reason && <p className={classes.reason}>{step.reason}</p>}
      <p className={classes.dim}>
        <When at={step.at} />
      </p>
    </>
  );
}
