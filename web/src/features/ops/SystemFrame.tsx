import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../ui/Page";
import classes from "./SystemFrame.module.css";

const PAGES = [
  { to: "/system/checks", text: "system.checks" },
  { to: "/system/procedures", text: "system.procedures" },
  { to: "/system/jobs", text: "system.jobs" },
  { to: "/system/settings", text: "system.settings" },
  { to: "/system/sample-data", text: "system.sampleData" },
] as const;

interface SystemFrameProps {
  title: string;
  /** What the page is for, in a sentence. */
  lead: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** What the pages about Bedside itself share: their own row of links. */
export function SystemFrame({ title, lead, actions, children }: SystemFrameProps) {
  const { t } = useTranslation("ops");
  return (
    <Page title={title} wide actions={actions}>
      <nav aria-label={t("system.label")} className={classes.nav}>
        {PAGES.map(({ to, text }) => (
          <Link key={to} to={to} className={classes.link} activeProps={{ className: classes.current }}>
            {t(text)}
          </Link>
        ))}
      </nav>
      <p className={classes.lead}>{lead}</p>
      {children}
    </Page>
  );
}
