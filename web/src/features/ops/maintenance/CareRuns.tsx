import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { RunView } from "../../../api/schema";
import { Empty } from "../../../ui/Empty";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { When } from "../../../ui/When";
import { formatBytes, formatCount } from "../format";
import jobs from "../Jobs.module.css";
import { changesOf, forgottenBy } from "./figures";
import classes from "./Maintenance.module.css";
import { useCareRuns } from "./queries";

/** The last runs of database care, with what they changed. */
export function CareRuns() {
  const { t } = useTranslation("maintenance");
  const { list, runs } = useCareRuns();
  const none = list.data && !list.data.items.some(({ procedure }) => procedure.startsWith("maintenance."));
  return (
    <section aria-labelledby="care" className={classes.section}>
      <h2 id="care" className={jobs.heading}>
        {t("care.title")}
      </h2>
      <p className={classes.line}>
        {t("care.lead")}{" "}
        <Link to="/system/procedures/$name" params={{ name: "maintenance.run" }} className={classes.link}>
          {t("care.run")}
        </Link>
      </p>
      {list.isPending && <Loading />}
      {list.error && <Failed error={list.error} retry={list.refetch} />}
      {none && <Empty title={t("care.none")} />}
      <ul className={jobs.list} aria-label={t("care.title")}>
        {runs.map((run) => (
          <CareRun key={run.id} run={run} />
        ))}
      </ul>
    </section>
  );
}

function CareRun({ run }: { run: RunView }) {
  const { t } = useTranslation("maintenance");
  const forgotten = forgottenBy(run.output);
  return (
    <li className={classes.window}>
      <p className={classes.reason}>
        <Link to="/system/procedures/runs/$runId" params={{ runId: run.id }} className={classes.link}>
          {run.title}
        </Link>
      </p>
      <p className={classes.line}>
        <strong>{t(`care.state.${run.state}`)}</strong> · {run.performed_by}, <When at={run.created_at} />
      </p>
      <dl className={classes.figures}>
        {changesOf(run.output).map(({ what, before, after }) => (
          <div key={what}>
            <dt>{t(`care.${what}`)}</dt>
            <dd>{t("care.change", { before: shown(what, before), after: shown(what, after) })}</dd>
          </div>
        ))}
        {forgotten !== null && (
          <div>
            <dt>{t("care.forgotten")}</dt>
            <dd>{formatCount(forgotten)}</dd>
          </div>
        )}
      </dl>
      {run.follow_up.length > 0 && (
        <p className={classes.line}>{t("care.left", { count: run.follow_up.length })}</p>
      )}
    </li>
  );
}

function shown(what: "size" | "dead" | "indexes", value: number): string {
  return what === "dead" ? formatCount(value) : formatBytes(value);
}
