import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { ScheduledJob } from "../../api/schema";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { Ago, When } from "../../ui/When";
import classes from "./Jobs.module.css";
import { JobTag } from "./JobTag";
import { useSchedule } from "./queries";
import { Refused } from "./Refused";
import { Remedy } from "./Remedy";

/** What runs by itself: how it went last, when it is due, and a button to run it now. */
export function ScheduleList() {
  const { t } = useTranslation("ops");
  const { data, error, isPending, refetch } = useSchedule();
  return (
    <section aria-labelledby="schedule" className={classes.section}>
      <h2 id="schedule" className={classes.heading}>
        {t("jobs.schedule")}
      </h2>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data?.workers === 0 && <Remedy>{t("jobs.noWorker")}</Remedy>}
      {data && (
        <ul className={classes.list}>
          {data.items.map((job) => (
            <Scheduled key={job.name} job={job} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Scheduled({ job }: { job: ScheduledJob }) {
  const { t } = useTranslation("ops");
  const queries = useQueryClient();
  const run = useMutation({
    mutationFn: () => ok(api.POST("/api/jobs/schedule/{name}/run", { params: { path: { name: job.name } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <code className={classes.name}>{job.name}</code>
        {job.purpose && <p className={classes.purpose}>{job.purpose}</p>}
        <p className={classes.fact}>
          {t("jobs.cron")} <code>{job.cron}</code>
        </p>
      </div>
      <div className={classes.how}>
        {job.last ? <JobTag status={job.last.status} /> : <p className={classes.fact}>{t("jobs.never")}</p>}
        {job.last?.finished_at && (
          <p className={classes.fact}>
            <Ago at={job.last.finished_at} />
          </p>
        )}
      </div>
      <p className={classes.fact}>
        {t("jobs.next")} <When at={job.next_run} />
      </p>
      <div className={classes.acts}>
        <Button
          variant="default"
          size="sm"
          loading={run.isPending}
          disabled={job.pending}
          aria-label={t(job.pending ? "jobs.pendingNamed" : "jobs.runNamed", { name: job.name })}
          onClick={() => run.mutate()}
        >
          {job.pending ? t("jobs.pending") : t("jobs.run")}
        </Button>
      </div>
      <Refused error={run.error} />
    </li>
  );
}
