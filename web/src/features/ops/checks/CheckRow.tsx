import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { CheckSummary } from "../../../api/schema";
import { explain } from "../../../ui/explain";
import { Ago } from "../../../ui/When";
import { Conditions } from "../Conditions";
import { Remedy } from "../Remedy";
import { StatusTag } from "../StatusTag";
import classes from "./Checks.module.css";
import { needsAttention, standingOf } from "./choosing";

interface CheckRowProps {
  check: CheckSummary;
  running: boolean;
  /** Why it could not be run just now. */
  failed: Error | null;
  onRun: () => void;
}

/** One check: what it found, by what evidence, what to do, and a new look. */
export function CheckRow({ check, running, failed, onRun }: CheckRowProps) {
  const { t } = useTranslation("ops");
  const { t: common } = useTranslation();
  const { last } = check;
  const standing = standingOf(check);
  const wrong = needsAttention(check);
  return (
    <li className={classes.check} data-status={standing}>
      <div className={classes.head}>
        <h3 className={classes.title}>
          {check.part_title} · {check.title}
        </h3>
        <StatusTag status={standing === "unknown" ? null : standing} />
      </div>
      <p className={classes.evidence}>{last?.evidence ?? t("checks.never")}</p>
      {wrong && last && <Conditions conditions={last.conditions} />}
      {wrong && last?.remedy && <Remedy>{last.remedy}</Remedy>}
      {wrong && check.procedure && (
        <p className={classes.evidence}>
          {t("checks.procedure")}{" "}
          <Link to="/system/procedures/$name" params={{ name: check.procedure }}>
            {check.procedure}
          </Link>
        </p>
      )}
      {wrong && last && last.sql.length > 0 && (
        <div>
          <p className={classes.evidence}>{t("checks.sql")}</p>
          <pre className={classes.sql}>{last.sql.join("\n")}</pre>
        </div>
      )}
      <details className={classes.more}>
        <summary>{t("checks.more", { name: check.name })}</summary>
        {!wrong && last && last.conditions.length > 0 && <Conditions conditions={last.conditions} />}
        <dl className={classes.facts}>
          {check.thresholds && (
            <Fact name={t("checks.thresholds")}>
              {t("checks.limits", {
                warning: `${check.thresholds.warning} ${check.thresholds.unit}`,
                critical: `${check.thresholds.critical} ${check.thresholds.unit}`,
              })}
            </Fact>
          )}
          <Fact name={t("checks.ifWrong")}>{check.remedy}</Fact>
          <Fact name={t("checks.period")}>
            {t("checks.every", { count: Math.round(check.period_seconds / 60) })}
          </Fact>
          {last?.uptime_percent != null && (
            <Fact name={t("checks.uptime")}>
              {t("checks.rates", { uptime: last.uptime_percent, errors: last.error_rate_percent ?? 0 })}
            </Fact>
          )}
          <Fact name={t("checks.command")}>
            <code>bedside health {check.name}</code>
          </Fact>
        </dl>
      </details>
      <div className={classes.foot}>
        <p className={classes.when}>
          {last && (
            <>
              {t("checks.looked")} <Ago at={last.last_checked} />
              {wrong && check.since && (
                <>
                  {" · "}
                  {t("checks.since")} <Ago at={check.since} />
                </>
              )}
            </>
          )}
        </p>
        <Button
          variant="subtle"
          size="compact-sm"
          loading={running}
          onClick={onRun}
          aria-label={t("checks.runNamed", { name: check.name })}
        >
          {t("checks.run")}
        </Button>
      </div>
      {failed && (
        <p role="alert" className={classes.failed}>
          {explain(failed, common).title}. {explain(failed, common).detail}
        </p>
      )}
    </li>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
