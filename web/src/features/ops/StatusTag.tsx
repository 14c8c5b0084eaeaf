import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconHelpCircle,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Health } from "../../api/schema";
import classes from "./StatusTag.module.css";

const ICONS = {
  healthy: IconCircleCheckFilled,
  degraded: IconAlertTriangleFilled,
  down: IconCircleXFilled,
  unknown: IconHelpCircle,
};

/** How a part is, by word, icon and colour. */
export function StatusTag({ status }: { status: Health | null }) {
  const { t } = useTranslation("ops");
  const name = status ?? "unknown";
  const Icon = ICONS[name];
  return (
    <span className={classes.tag} data-status={name}>
      <Icon size={16} aria-hidden />
      {t(`status.${name}`)}
    </span>
  );
}
