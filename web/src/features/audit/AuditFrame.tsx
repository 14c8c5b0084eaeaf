import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../ui/Page";
import { SubNav } from "../../ui/SubNav";

interface AuditFrameProps {
  lead: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** What the two pages of the audit share. */
export function AuditFrame({ lead, actions, children }: AuditFrameProps) {
  const { t } = useTranslation("audit");
  const { t: common } = useTranslation();
  const pages = [
    { to: "/audit", text: t("list") },
    { to: "/audit/access", text: t("access.title") },
  ] as const;
  return (
    <Page title={common("nav.audit")} wide actions={actions}>
      <SubNav label={common("nav.audit")} pages={pages} lead={lead} exact />
      {children}
    </Page>
  );
}
