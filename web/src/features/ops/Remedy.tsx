import { IconTool } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Remedy.module.css";

/** What to do about it. */
export function Remedy({ children }: { children: ReactNode }) {
  const { t } = useTranslation("ops");
  return (
    <p className={classes.remedy}>
      <IconTool size={18} aria-hidden />
      <span>
        <strong>{t("remedy")}</strong> {children}
      </span>
    </p>
  );
}
