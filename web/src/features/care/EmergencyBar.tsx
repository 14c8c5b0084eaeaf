import { Button } from "@mantine/core";
import { IconUrgent } from "@tabler/icons-react";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useEmergencies } from "./emergencies";
import classes from "./Frame.module.css";
import { useShortcuts } from "./shortcuts";

/** Says on every page of clinicians how many emergencies nobody has claimed; a screen reader says each change at once. */
export function EmergencyBar() {
  const { t } = useTranslation("care");
  const navigate = useNavigate();
  const { waiting, late, cases, isKnown } = useEmergencies();
  const { assessmentId: here } = useParams({ strict: false });
  const next = cases.find((id) => id !== here);
  const open = () => {
    if (!next) return;
    void navigate({ to: "/worklist/$assessmentId", params: { assessmentId: next }, search: true });
  };
  useShortcuts({ e: open });
  return (
    <div className={waiting > 0 ? classes.alarm : undefined}>
      {waiting > 0 && <IconUrgent size={20} aria-hidden />}
      <strong role="alert" aria-busy={!isKnown}>
        {waiting > 0 && t("alarm.waiting", { count: waiting })}
        {late > 0 && t("alarm.late", { count: late })}
      </strong>
      {waiting > 0 && next && (
        <Button
          size="compact-md"
          variant="white"
          className={classes.open}
          onClick={open}
          aria-keyshortcuts="e"
        >
          {t("alarm.open")}
        </Button>
      )}
    </div>
  );
}
