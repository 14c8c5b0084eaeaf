import {
  IconAlertTriangleFilled,
  IconBellOff,
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconClock,
  IconUserCheck,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { AlertView } from "../../../api/schema";
import classes from "../StatusTag.module.css";

const ICONS = {
  pending: IconClock,
  acknowledged: IconUserCheck,
  silenced: IconBellOff,
  resolved: IconCircleCheckFilled,
};
const LOOKS = { pending: "waiting", acknowledged: "running", silenced: "unknown", resolved: "healthy" };

/** Where an alert is, by word, icon and colour. */
export function AlertTag({ alert: { state, severity } }: { alert: AlertView }) {
  const { t } = useTranslation("alerts");
  const isCritical = severity === "critical";
  const Icon = state === "firing" ? (isCritical ? IconCircleXFilled : IconAlertTriangleFilled) : ICONS[state];
  const look = state === "firing" ? (isCritical ? "down" : "degraded") : LOOKS[state];
  return (
    <span className={classes.tag} data-status={look}>
      <Icon size={16} aria-hidden />
      {t(`state.${state}`)}
    </span>
  );
}
