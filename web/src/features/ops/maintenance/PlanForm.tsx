import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../Refused";
import { fieldValue, momentOf } from "./local";
import classes from "./Maintenance.module.css";
import { usePlan } from "./queries";

const HOUR_MS = 3_600_000;

/** Plans a window: now, or from a moment on. Times are the viewer's own. */
export function PlanForm() {
  const { t } = useTranslation("maintenance");
  const [reason, setReason] = useState("");
  const [starts, setStarts] = useState("");
  const [ends, setEnds] = useState(() => fieldValue(new Date(Date.now() + HOUR_MS)));
  const [looked, setLooked] = useState(false);
  const plan = usePlan(() => {
    setReason("");
    setLooked(false);
  });
  const from = momentOf(starts);
  const to = momentOf(ends);
  const mistakes = {
    reason: reason.trim().length < 3,
    ends: to === null || to.getTime() <= (from?.getTime() ?? Date.now()),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setLooked(true);
    if (mistakes.reason || mistakes.ends || to === null) return;
    plan.mutate({
      starts_at: from?.toISOString() ?? null,
      ends_at: to.toISOString(),
      reason: reason.trim(),
    });
  };
  return (
    <form onSubmit={submit} noValidate className={classes.form}>
      <TextInput
        label={t("plan.reason")}
        description={t("plan.reasonHelp")}
        error={looked && mistakes.reason && t("plan.noReason")}
        maxLength={500}
        required
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        className={classes.wide}
      />
      <TextInput
        type="datetime-local"
        label={t("plan.from")}
        description={t("plan.fromHelp")}
        value={starts}
        onChange={(event) => setStarts(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label={t("plan.to")}
        description={t("plan.zone", { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
        error={looked && mistakes.ends && t("plan.noEnd")}
        required
        value={ends}
        onChange={(event) => setEnds(event.currentTarget.value)}
      />
      <div className={classes.act}>
        <Button type="submit" loading={plan.isPending}>
          {t(starts === "" ? "plan.begin" : "plan.plan")}
        </Button>
      </div>
      <Refused error={plan.error} />
    </form>
  );
}
