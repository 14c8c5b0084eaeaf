import { Button } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { AssessmentOut } from "../../api/schema";
import { useSite } from "../../api/site";
import { EmergencyCall } from "../../app/EmergencyCall";
import { LevelTag } from "../../ui/LevelTag";
import classes from "./CareCard.module.css";
import { isOverruled } from "./overruled";

/**
 * The outcome, after the NHS design system's care cards: the level in words, whom to contact, how soon, what to do now
 * and when to get help sooner. Shown only when no question is open.
 */
export function CareCard({ assessment }: { assessment: AssessmentOut }) {
  const { t } = useTranslation("assistant");
  const id = useId();
  const number = useSite()?.emergency.number ?? "";
  const { level } = assessment;
  if (!level) return null;
  const reasons = assessment.reasons.filter(({ deciding }) => deciding !== false).map(({ text }) => text);
  const overruled = isOverruled(assessment);
  return (
    <section className={classes.card} data-level={level} aria-labelledby={id}>
      <div className={classes.head}>
        <LevelTag level={level} strong />
        <h2 id={id} className={classes.title}>
          {t(`card.${level}.title`, { number })}
        </h2>
      </div>
      <div className={classes.body}>
        {level === "emergency" && (
          <div className="not-printed">
            <EmergencyCall />
          </div>
        )}
        <dl className={classes.facts}>
          <dt>{t("card.whom")}</dt>
          <dd>{t(`card.${level}.whom`, { number })}</dd>
          <dt>{t("card.when")}</dt>
          <dd>{overruled ? t(`card.${level}.soon`) : howSoon(t, assessment)}</dd>
        </dl>
        <Points title={t("card.now")} points={overruled ? [t("card.overruled")] : assessment.advice} />
        <Points title={t("card.sooner")} points={assessment.safety_net} warning />
        <Points title={t("card.why")} points={overruled ? [] : [...new Set(reasons)]} />
        <p className={classes.protocol}>
          {t(assessment.decided_at ? "card.decided" : "card.protocol", {
            protocol: assessment.protocol.id,
            version: assessment.protocol.version,
          })}
        </p>
        <Button
          variant="default"
          className={`${classes.print} not-printed`}
          leftSection={<IconPrinter size={18} aria-hidden />}
          onClick={() => window.print()}
        >
          {t("card.print")}
        </Button>
      </div>
    </section>
  );
}

/** Every sentence that the card shows, for whoever would say it again. */
export function saidOnCard(assessment: AssessmentOut | null): ReadonlySet<string> {
  if (!assessment) return new Set();
  const { advice, safety_net: sooner, reasons, protocol } = assessment;
  const origin = `Level and advice: protocol ${protocol.id}, version ${protocol.version}.`;
  return new Set([...advice, ...sooner, ...reasons.map(({ text }) => text), origin]);
}

type Translate = ReturnType<typeof useTranslation<"assistant">>["t"];

/** The level's own time, or the shorter one that a rule set. */
function howSoon(t: Translate, { level, within_hours: hours }: AssessmentOut): string {
  if (!level) return "";
  if (hours === null || level === "emergency") return t(`card.${level}.soon`);
  return hours < 1
    ? t("card.withinMinutes", { count: Math.round(hours * 60) })
    : t("card.within", { count: Math.round(hours) });
}

function Points({ title, points, warning }: { title: string; points: readonly string[]; warning?: boolean }) {
  if (points.length === 0) return null;
  return (
    <div className={warning ? classes.warning : undefined}>
      <h3 className={classes.heading}>{title}</h3>
      <ul className={classes.points}>
        {points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
    </div>
  );
}
