import { useTranslation } from "react-i18next";
import { SystemFrame } from "../SystemFrame";
import { CareRuns } from "./CareRuns";
import { Holds, Retention } from "./Kept";
import classes from "./Maintenance.module.css";
import { Windows } from "./Windows";

/** When work is planned, what is kept for how long, and how the database was cared for. */
export function MaintenancePage() {
  const { t } = useTranslation("maintenance");
  return (
    <SystemFrame title={t("title")} lead={t("lead")}>
      <div className={classes.stack}>
        <Windows />
        <CareRuns />
        <Retention />
        <Holds />
      </div>
    </SystemFrame>
  );
}
