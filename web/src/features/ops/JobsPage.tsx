import { useTranslation } from "react-i18next";
import { JobList } from "./JobList";
import classes from "./Jobs.module.css";
import { ScheduleList } from "./ScheduleList";
import { SystemFrame } from "./SystemFrame";

/** Background jobs: what runs by itself, and every run. */
export function JobsPage() {
  const { t } = useTranslation("ops");
  return (
    <SystemFrame title={t("jobs.title")} lead={t("jobs.lead")}>
      <div className={classes.stack}>
        <ScheduleList />
        <JobList />
      </div>
    </SystemFrame>
  );
}
