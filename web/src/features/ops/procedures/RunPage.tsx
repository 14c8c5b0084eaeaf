import { Button } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ActionView, RunView, StepView } from "../../../api/schema";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { When } from "../../../ui/When";
import { formatSeconds } from "../format";
import jobs from "../Jobs.module.css";
import { Refused } from "../Refused";
import { SystemFrame } from "../SystemFrame";
import classes from "./Procedures.module.css";
import { isActive, useCancel, useRun } from "./queries";
import { whose } from "./RunList";
import { RunTag } from "./RunTag";

/** One run: live while it goes on, and afterwards all that is kept of it. */
export function RunPage() {
  const { t } = useTranslation("procedures");
  const { runId } = useParams({ from: "/admin/system/procedures/runs/$runId" });
  const { data, error, isPending, refetch } = useRun(runId);
  return (
    <SystemFrame title={data?.title ?? t("run.title")} lead={data?.dry_run ? t("run.dry") : ""}>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && <Run run={data} />}
    </SystemFrame>
  );
}

function Run({ run }: { run: RunView }) {
  const { t } = useTranslation("procedures");
  return (
    <div className={jobs.stack}>
      <Head run={run} />
      {run.steps.length > 0 && (
        <section aria-labelledby="steps" className={jobs.section}>
          <h2 id="steps" className={jobs.heading}>
            {t("run.steps")}
          </h2>
          <ol className={classes.steps}>
            {run.steps.map((step, number) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its number
              <Step key={number} step={step} />
            ))}
          </ol>
        </section>
      )}
      <Lines id="failures" title={t("run.failures")} lines={run.failures} />
      <Lines id="follow-up" title={t("run.followUp")} lines={run.follow_up} />
      <Lines id="findings" title={t("run.findings")} lines={run.findings} />
      <Actions run={run} />
      <Figures title={t("run.output")} id="output" figures={run.output} />
      <Figures title={t("run.parameters")} id="parameters" figures={run.parameters} />
    </div>
  );
}

function Head({ run }: { run: RunView }) {
  const { t } = useTranslation("procedures");
  const cancel = useCancel(run.id);
  return (
    <div className={classes.facts}>
      <div role="status" className={classes.status}>
        <RunTag state={run.state} />
        {run.cancel_requested && run.state === "running" && <span>{t("run.cancelling")}</span>}
      </div>
      {run.error && <p className={classes.line}>{run.error}</p>}
      <p className={classes.line}>
        {t("by", { name: whose(run, t("bySchedule")) })} · <When at={run.started_at ?? run.created_at} zone />
        {run.duration_seconds !== null && ` · ${formatSeconds(run.duration_seconds)}`}
        {run.attempt > 1 && ` · ${t("run.attempt", { count: run.attempt })}`}
        {run.cancelled_by && ` · ${t("run.cancelledBy", { name: run.cancelled_by })}`}
      </p>
      {run.state === "queued" && <p className={classes.line}>{t("run.waits")}</p>}
      <div className={classes.buttons}>
        {isActive(run) && !run.cancel_requested && (
          <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t("run.cancel")}
          </Button>
        )}
        <Link to="/system/procedures/$name" params={{ name: run.procedure }} className={classes.link}>
          {t("run.procedure")}
        </Link>
      </div>
      <Refused error={cancel.error} />
    </div>
  );
}

function Step({ step }: { step: StepView }) {
  const { t } = useTranslation("procedures");
  const total = step.total ?? null;
  return (
    <li>
      <p className={classes.line}>
        <strong>{step.title}</strong> · {t(`step.${step.state}`)}
        {total !== null && total > 0 && ` · ${t("step.of", { done: step.done, total })}`}
      </p>
      {step.state === "running" && total !== null && total > 0 && (
        <progress className={classes.progress} value={step.done} max={total} aria-label={step.title} />
      )}
    </li>
  );
}

function Lines({ id, title, lines }: { id: string; title: string; lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <section aria-labelledby={id} className={jobs.section}>
      <h2 id={id} className={jobs.heading}>
        {title}
      </h2>
      <ul className={classes.lines}>
        {lines.map((line, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
          <li key={number}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

function Actions({ run }: { run: RunView }) {
  const { t } = useTranslation("procedures");
  if (run.actions.length === 0) return null;
  return (
    <section aria-labelledby="actions" className={jobs.section}>
      <h2 id="actions" className={jobs.heading}>
        {t(run.dry_run ? "run.planned" : "run.actions")}
      </h2>
      <ol className={classes.lines}>
        {run.actions.map((action) => (
          <Action key={`${action.begun_at} ${action.action}`} action={action} />
        ))}
      </ol>
      {run.actions_total > run.actions.length && (
        <p className={jobs.fact}>{t("run.moreActions", { count: run.actions_total - run.actions.length })}</p>
      )}
    </section>
  );
}

function Action({ action }: { action: ActionView }) {
  const { t } = useTranslation("procedures");
  const { state } = action;
  return (
    <li>
      {action.action}
      {state !== "done" && state !== "planned" && <strong> · {t(`action.${state}`)}</strong>}
    </li>
  );
}

function Figures({ id, title, figures }: { id: string; title: string; figures: Record<string, unknown> }) {
  const entries = Object.entries(figures);
  if (entries.length === 0) return null;
  return (
    <section aria-labelledby={id} className={jobs.section}>
      <h2 id={id} className={jobs.heading}>
        {title}
      </h2>
      <dl className={classes.figures}>
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
