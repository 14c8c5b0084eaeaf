import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../ui/Page";
import { SubNav } from "../../ui/SubNav";

const PAGES = [
  { to: "/system/checks", text: "system.checks" },
  { to: "/system/procedures", text: "system.procedures" },
  { to: "/system/maintenance", text: "system.maintenance" },
  { to: "/system/rounds", text: "system.rounds" },
  { to: "/system/channels", text: "system.channels" },
  { to: "/system/database", text: "system.database" },
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
      <SubNav
        label={t("system.label")}
        pages={PAGES.map(({ to, text }) => ({ to, text: t(text) }))}
        lead={lead}
      />
      {children}
    </Page>
  );
}
