import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MonitoringReport } from "../../api/schema";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { Alerts } from "./alerts/Alerts";
import { Cases } from "./Cases";
import { LastRounds } from "./LastRounds";
import { Measures } from "./Measures";
import classes from "./Monitoring.module.css";
import { OverTime } from "./OverTime";
import { Overview } from "./Overview";
import { Parts } from "./Parts";
import { ProceduresNow } from "./ProceduresNow";
import { useMonitoring } from "./queries";
import { Requests } from "./Requests";
import { StaleBar } from "./StaleBar";

const PERIODS = [6, 24, 168] as const;

/** How everything goes, live. What can't be loaded anew stays, with the time it is from. */
export function MonitoringPage() {
  const { t } = useTranslation("ops");
  const { t: common } = useTranslation();
  const [hours, setHours] = useState(24);
  const { data, error, isPending, refetch } = useMonitoring(hours);
  return (
    <Page
      title={common("nav.monitoring")}
      wide
      actions={
        <SegmentedControl
          aria-label={t("period.label")}
          value={String(hours)}
          onChange={(value) => setHours(Number(value))}
          data={PERIODS.map((period) => ({ value: String(period), label: t(`period.h${period}`) }))}
        />
      }
    >
      <div className={classes.stack}>
        <StaleBar since={data?.timestamp ?? null} error={error} />
        {isPending && <Loading />}
        {!data && error && <Failed error={error} retry={refetch} />}
        {data && <Report report={data} />}
      </div>
    </Page>
  );
}

function Report({ report }: { report: MonitoringReport }) {
  return (
    <>
      <Overview report={report} />
      <Alerts />
      <Parts parts={report.parts} hours={report.hours} />
      <Cases figures={report.figures} timeZone={report.time_zone} />
      <Requests requests={report.requests} />
      <OverTime />
      <ProceduresNow />
      <LastRounds />
      <Measures report={report} />
    </>
  );
}
