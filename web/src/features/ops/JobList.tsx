import { Button, Select } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { JobStatus, JobView } from "../../api/schema";
import { Empty } from "../../ui/Empty";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { When } from "../../ui/When";
import { formatSeconds } from "./format";
import classes from "./Jobs.module.css";
import { JobTag } from "./JobTag";
import { type JobFilters, useJobs, useSchedule } from "./queries";
import { Refused } from "./Refused";

const STATUSES: JobStatus[] = ["waiting", "running", "succeeded", "failed", "cancelled", "aborted"];

/** Every run, the newest first. */
export function JobList() {
  const { t } = useTranslation("ops");
  const [filters, setFilters] = useState<JobFilters>({ status: null, name: null });
  const jobs = useJobs(filters);
  const scheduled = useSchedule().data?.items.map(({ name }) => name) ?? [];
  const shown = jobs.data?.pages.flatMap(({ items }) => items) ?? [];
  const names = [...new Set([...scheduled, ...shown.map(({ name }) => name)])].sort();
  return (
    <section aria-labelledby="runs" className={classes.section}>
      <h2 id="runs" className={classes.heading}>
        {t("jobs.runs")}
      </h2>
      <div className={classes.filters}>
        <Select
          label={t("jobs.byStatus")}
          placeholder={t("jobs.all")}
          clearable
          clearButtonProps={{ "aria-label": t("jobs.clearStatus") }}
          value={filters.status}
          onChange={(status) => setFilters({ ...filters, status: status as JobStatus | null })}
          data={STATUSES.map((status) => ({ value: status, label: t(`jobs.status.${status}`) }))}
        />
        <Select
          label={t("jobs.byName")}
          placeholder={t("jobs.all")}
          clearable
          searchable
          clearButtonProps={{ "aria-label": t("jobs.clearName") }}
          value={filters.name}
          onChange={(name) => setFilters({ ...filters, name })}
          data={names}
        />
      </div>
      {jobs.isPending && <Loading />}
      {jobs.error && <Failed error={jobs.error} retry={jobs.refetch} />}
      {jobs.data && shown.length === 0 && (
        <Empty title={t("jobs.none")}>
          {t(filters.status || filters.name ? "jobs.otherFilter" : "jobs.noneYet")}
        </Empty>
      )}
      <ul className={classes.list} aria-busy={jobs.isFetching}>
        {shown.map((job) => (
          <Job key={job.id} job={job} />
        ))}
      </ul>
      {jobs.hasNextPage && (
        <Button
          variant="default"
          className={classes.more}
          loading={jobs.isFetchingNextPage}
          onClick={() => jobs.fetchNextPage()}
        >
          {t("jobs.more")}
        </Button>
      )}
    </section>
  );
}

function Job({ job }: { job: JobView }) {
  const { t } = useTranslation("ops");
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: (verb: "retry" | "cancel") =>
      ok(api.POST(`/api/jobs/{job_id}/${verb}`, { params: { path: { job_id: job.id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const named = { name: job.name, id: job.id };
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <code className={classes.name}>{job.name}</code>
        <p className={classes.fact}>
          {t("jobs.number", { id: job.id })} · {t("jobs.attempts", { count: job.attempts })}
        </p>
      </div>
      <div className={classes.how}>
        <JobTag status={job.status} />
      </div>
      <p className={classes.fact}>
        <Times job={job} />
      </p>
      <div className={classes.acts}>
        {job.status === "failed" && (
          <Button
            variant="default"
            size="sm"
            loading={act.isPending}
            aria-label={t("jobs.retryNamed", named)}
            onClick={() => act.mutate("retry")}
          >
            {t("jobs.retry")}
          </Button>
        )}
        {job.status === "waiting" && (
          <Button
            variant="default"
            size="sm"
            loading={act.isPending}
            aria-label={t("jobs.cancelNamed", named)}
            onClick={() => act.mutate("cancel")}
          >
            {t("jobs.cancel")}
          </Button>
        )}
      </div>
      <Refused error={act.error} />
    </li>
  );
}

function Times({ job }: { job: JobView }) {
  const { t } = useTranslation("ops");
  if (job.finished_at) {
    const took = job.started_at ? (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000 : null;
    return (
      <>
        {t("jobs.ended")} <When at={job.finished_at} />
        {took !== null && took >= 1 && ` · ${t("jobs.took", { time: formatSeconds(took) })}`}
      </>
    );
  }
  if (job.status === "running" && job.started_at) {
    return (
      <>
        {t("jobs.began")} <When at={job.started_at} />
      </>
    );
  }
  if (job.due_at) {
    return (
      <>
        {t("jobs.next")} <When at={job.due_at} />
      </>
    );
  }
  if (!job.created_at) return null;
  return (
    <>
      {t("jobs.queued")} <When at={job.created_at} />
    </>
  );
}
