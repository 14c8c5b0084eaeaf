import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconClock,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ItemState } from "../../../api/schema";
import classes from "../StatusTag.module.css";

const LOOKS = {
  well: { icon: IconCircleCheckFilled, status: "healthy" },
  attention: { icon: IconAlertTriangleFilled, status: "degraded" },
  failed: { icon: IconCircleXFilled, status: "down" },
  waiting: { icon: IconClock, status: "waiting" },
} as const;

/** How a round or an item of it is, by word, icon and colour. */
export function RoundTag({ state }: { state: ItemState }) {
  const { t } = useTranslation("rounds");
  const { icon: Icon, status } = LOOKS[state];
  return (
    <span className={classes.tag} data-status={status}>
      <Icon size={16} aria-hidden />
      {t(`state.${state}`)}
    </span>
  );
}
