import { useTranslation } from "react-i18next";
import jobs from "../Jobs.module.css";
import { SystemFrame } from "../SystemFrame";
import { CareRuns } from "./CareRuns";
import { Holds, Retention } from "./Kept";
import { Windows } from "./Windows";

/** When work is planned, what is kept for how long, and how the database was cared for. */
export function MaintenancePage() {
  const { t } = useTranslation("maintenance");
  return (
    <SystemFrame title={t("title")} lead={t("lead")}>
      <div className={jobs.stack}>
        <Windows />
        <CareRuns />
        <Retention />
        <Holds />
      </div>
    </SystemFrame>
  );
}
