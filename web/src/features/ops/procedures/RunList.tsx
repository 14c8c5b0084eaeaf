import { Button, Select } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunState, RunSummary } from "../../../api/schema";
import { Empty } from "../../../ui/Empty";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { When } from "../../../ui/When";
import { formatSeconds } from "../format";
import jobs from "../Jobs.module.css";
import classes from "./Procedures.module.css";
import { useRuns } from "./queries";
import { RunTag } from "./RunTag";

const STATES: RunState[] = ["queued", "running", "completed", "partial", "failed", "cancelled", "lost"];

/** Runs, the newest first; of one procedure where it is named. */
export function RunList({ procedure }: { procedure?: string }) {
  const { t } = useTranslation("procedures");
  const [state, setState] = useState<RunState | null>(null);
  const runs = useRuns({ state, procedure: procedure ?? null });
  const shown = runs.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section aria-labelledby="runs" className={jobs.section}>
      <h2 id="runs" className={jobs.heading}>
        {t("runs.title")}
      </h2>
      <div className={jobs.filters}>
        <Select
          label={t("runs.byState")}
          placeholder={t("runs.all")}
          clearable
          clearButtonProps={{ "aria-label": t("runs.clear") }}
          value={state}
          onChange={(chosen) => setState(chosen as RunState | null)}
          data={STATES.map((value) => ({ value, label: t(`state.${value}`) }))}
        />
      </div>
      {runs.isPending && <Loading />}
      {runs.error && <Failed error={runs.error} retry={runs.refetch} />}
      {runs.data && shown.length === 0 && (
        <Empty title={t("runs.none")}>{t(state ? "runs.otherFilter" : "runs.noneYet")}</Empty>
      )}
      <ul className={jobs.list} aria-busy={runs.isFetching}>
        {shown.map((run) => (
          <Row key={run.id} run={run} />
        ))}
      </ul>
      {runs.hasNextPage && (
        <Button
          variant="default"
          className={jobs.more}
          loading={runs.isFetchingNextPage}
          onClick={() => runs.fetchNextPage()}
        >
          {t("runs.more")}
        </Button>
      )}
    </section>
  );
}

function Row({ run }: { run: RunSummary }) {
  const { t } = useTranslation("procedures");
  const at = run.started_at ?? run.created_at;
  return (
    <li className={classes.row}>
      <div className={jobs.what}>
        <Link to="/system/procedures/runs/$runId" params={{ runId: run.id }} className={classes.link}>
          {run.title}
          {run.dry_run && ` ${t("dryRun")}`}
        </Link>
        {run.error && <p className={jobs.fact}>{run.error}</p>}
      </div>
      <div className={jobs.how}>
        <RunTag state={run.state} />
      </div>
      <p className={jobs.fact}>
        <When at={at} />
        {run.duration_seconds !== null && ` · ${formatSeconds(run.duration_seconds)}`}
      </p>
      <p className={jobs.fact}>{t("by", { name: whose(run, t("bySchedule")) })}</p>
    </li>
  );
}

/** Who performed a run, in words. */
export function whose(run: RunSummary, schedule: string): string {
  return run.via === "job" ? schedule : run.performed_by;
}
