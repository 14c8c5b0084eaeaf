import {
  IconAlertTriangleFilled,
  IconBan,
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconClock,
  IconPlayerPlayFilled,
  IconPlugX,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { RunState } from "../../../api/schema";
import classes from "../StatusTag.module.css";

const LOOKS = {
  queued: { icon: IconClock, status: "waiting" },
  running: { icon: IconPlayerPlayFilled, status: "running" },
  completed: { icon: IconCircleCheckFilled, status: "succeeded" },
  partial: { icon: IconAlertTriangleFilled, status: "degraded" },
  failed: { icon: IconCircleXFilled, status: "failed" },
  cancelled: { icon: IconBan, status: "cancelled" },
  lost: { icon: IconPlugX, status: "aborted" },
} as const;

/** Where a run is, by word, icon and colour. */
export function RunTag({ state }: { state: RunState }) {
  const { t } = useTranslation("procedures");
  const { icon: Icon, status } = LOOKS[state];
  return (
    <span className={classes.tag} data-status={status}>
      <Icon size={16} aria-hidden />
      {t(`state.${state}`)}
    </span>
  );
}
