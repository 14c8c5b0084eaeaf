import {
  IconAlertTriangleFilled,
  IconClock,
  IconHeartHandshake,
  IconHelpCircle,
  IconUrgent,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Level } from "../api/schema";
import classes from "./LevelTag.module.css";

const ICONS = {
  emergency: IconUrgent,
  urgent: IconAlertTriangleFilled,
  routine: IconClock,
  "self-care": IconHeartHandshake,
  none: IconHelpCircle,
};

/** A level by word, icon and colour: never by colour alone. */
export function LevelTag({ level, strong }: { level: Level | null; strong?: boolean }) {
  const { t } = useTranslation();
  const name = level ?? "none";
  const Icon = ICONS[name];
  return (
    <span className={strong ? classes.strong : classes.tag} data-level={name}>
      <Icon size={strong ? 20 : 16} aria-hidden />
      {t(`level.${name}`)}
    </span>
  );
}
