import {
  IconBan,
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconClock,
  IconPlayerPlayFilled,
  IconPlugX,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { JobStatus } from "../../api/schema";
import classes from "./StatusTag.module.css";

const ICONS = {
  waiting: IconClock,
  running: IconPlayerPlayFilled,
  succeeded: IconCircleCheckFilled,
  failed: IconCircleXFilled,
  cancelled: IconBan,
  aborted: IconPlugX,
};

/** Where a job is, by word, icon and colour. */
export function JobTag({ status }: { status: JobStatus }) {
  const { t } = useTranslation("ops");
  const Icon = ICONS[status];
  return (
    <span className={classes.tag} data-status={status}>
      <Icon size={16} aria-hidden />
      {t(`jobs.status.${status}`)}
    </span>
  );
}
