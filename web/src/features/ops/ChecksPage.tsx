import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { CheckResult, HealthReport } from "../../api/schema";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { When } from "../../ui/When";
import classes from "./Checks.module.css";
import { Conditions } from "./Conditions";
import { useHealth } from "./queries";
import { Remedy } from "./Remedy";
import { StatusTag } from "./StatusTag";
import { SystemFrame } from "./SystemFrame";

const WORST_FIRST = ["down", "degraded", "healthy"];

/** Every check with what it found and what to do, run at the moment that the page is asked for. */
export function ChecksPage() {
  const { t } = useTranslation("ops");
  const { data, error, isPending, isFetching, refetch } = useHealth(true);
  return (
    <SystemFrame
      title={t("checks.title")}
      lead={t("checks.lead")}
      actions={
        <Button
          variant="default"
          leftSection={<IconRefresh size={18} aria-hidden />}
          loading={isFetching}
          onClick={() => refetch()}
        >
          {t("checks.again")}
        </Button>
      }
    >
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && !error && <Results report={data} />}
    </SystemFrame>
  );
}

function Results({ report }: { report: HealthReport }) {
  const { t } = useTranslation("ops");
  const wrong = report.parts.filter(({ status }) => status !== "healthy").length;
  const parts = [...report.parts].sort(
    (one, other) => WORST_FIRST.indexOf(one.status) - WORST_FIRST.indexOf(other.status),
  );
  return (
    <>
      <p role="status" className={classes.sum}>
        {wrong === 0
          ? t("checks.allWell", { count: parts.length })
          : t("checks.wrong", { count: wrong, all: parts.length })}
      </p>
      <ul className={classes.list}>
        {parts.map((part) => (
          <Check key={part.part} check={part} />
        ))}
      </ul>
    </>
  );
}

function Check({ check }: { check: CheckResult }) {
  const { t } = useTranslation("ops");
  return (
    <li className={classes.check} data-status={check.status}>
      <div className={classes.head}>
        <h2 className={classes.title}>{check.title}</h2>
        <StatusTag status={check.status} />
      </div>
      <p className={classes.evidence}>{check.evidence}</p>
      <Conditions conditions={check.conditions ?? []} />
      {check.remedy && <Remedy>{check.remedy}</Remedy>}
      <p className={classes.when}>
        {t("checks.looked")} <When at={check.last_checked} /> · <code>bedside health {check.part}</code>
      </p>
    </li>
  );
}
