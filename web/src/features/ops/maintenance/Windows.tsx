import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { WindowView } from "../../../api/schema";
import { Confirm } from "../../../ui/Confirm";
import { Empty } from "../../../ui/Empty";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { When } from "../../../ui/When";
import jobs from "../Jobs.module.css";
import { Refused } from "../Refused";
import classes from "./Maintenance.module.css";
import { PlanForm } from "./PlanForm";
import { useEnd, useWindows } from "./queries";

/** Windows: planned, on, over; each that is not over can be ended. */
export function Windows() {
  const { t } = useTranslation("maintenance");
  const { data, error, isPending, refetch } = useWindows();
  const [asked, setAsked] = useState<WindowView | null>(null);
  const end = useEnd();
  return (
    <section aria-labelledby="windows" className={classes.section}>
      <h2 id="windows" className={jobs.heading}>
        {t("windows.title")}
      </h2>
      <p className={classes.line}>{t("windows.lead")}</p>
      <PlanForm />
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data?.items.length === 0 && <Empty title={t("windows.none")} />}
      <Refused error={end.error} />
      <ul className={jobs.list} aria-label={t("windows.title")}>
        {data?.items.map((window) => (
          <li key={window.id} className={classes.window}>
            <p className={classes.reason}>{window.reason}</p>
            <p className={classes.line}>
              <strong>{t(`windows.state.${window.state}`)}</strong> · <When at={window.starts_at} zone /> –{" "}
              <When at={overAt(window)} zone /> · {t("windows.by", { name: window.planned_by })}
            </p>
            {(window.state === "active" || window.state === "planned") && (
              <div>
                <Button
                  variant="default"
                  onClick={() => setAsked(window)}
                  aria-label={t(`windows.endOf.${window.state}`, { reason: window.reason })}
                >
                  {t(`windows.end.${window.state}`)}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {asked && (asked.state === "active" || asked.state === "planned") && (
        <Confirm
          opened
          title={t(`windows.sure.${asked.state}`)}
          action={t(`windows.end.${asked.state}`)}
          busy={end.isPending}
          onCancel={() => setAsked(null)}
          onConfirm={() => end.mutate(asked.id, { onSettled: () => setAsked(null) })}
        >
          {asked.reason}
        </Confirm>
      )}
    </section>
  );
}

/** When a window ended, where somebody ended it early; else as planned. */
function overAt(window: WindowView): string {
  return window.state === "ended_early" && window.ended_at !== null ? window.ended_at : window.ends_at;
}
