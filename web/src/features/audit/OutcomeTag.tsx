import { IconBan, IconCheck, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Outcome } from "../../api/schema";
import classes from "./Audit.module.css";

const ICONS = { success: IconCheck, denied: IconBan, failed: IconX };

/** How it ended, by word, icon and colour. */
export function OutcomeTag({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation("audit");
  const Icon = ICONS[outcome];
  return (
    <span className={classes.outcome} data-outcome={outcome}>
      <Icon size={15} aria-hidden />
      {t(`outcome.${outcome}`)}
    </span>
  );
}
