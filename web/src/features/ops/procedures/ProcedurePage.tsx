import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ProcedureDetail } from "../../../api/schema";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { When } from "../../../ui/When";
import { formatSeconds } from "../format";
import jobs from "../Jobs.module.css";
import { Remedy } from "../Remedy";
import { SystemFrame } from "../SystemFrame";
import classes from "./Procedures.module.css";
import { useProcedure } from "./queries";
import { RunForm } from "./RunForm";
import { RunList, whose } from "./RunList";

/** One procedure: what it is for, its parameters with dry run and run, and its history. */
export function ProcedurePage() {
  const { t } = useTranslation("procedures");
  const { name } = useParams({ from: "/admin/system/procedures/$name" });
  const { data, error, isPending, refetch } = useProcedure(name);
  return (
    <SystemFrame title={data?.title ?? t("title")} lead={data?.purpose ?? ""}>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && (
        <div className={jobs.stack}>
          <Facts procedure={data} />
          <section aria-labelledby="run" className={jobs.section}>
            <h2 id="run" className={jobs.heading}>
              {t("form.title")}
            </h2>
            <RunForm key={data.name} procedure={data} />
          </section>
          <RunList procedure={data.name} />
        </div>
      )}
    </SystemFrame>
  );
}

function Facts({ procedure }: { procedure: ProcedureDetail }) {
  const { t } = useTranslation("procedures");
  const { active } = procedure;
  return (
    <div className={classes.facts}>
      <p className={classes.line}>
        <code>{procedure.name}</code> · {t(`type.${procedure.type}`)} ·{" "}
        {t("limit", { time: formatSeconds(procedure.time_limit_seconds) })} ·{" "}
        {t(`locked.${procedure.when_locked}`)}
      </p>
      {procedure.cron && procedure.next_run && (
        <p className={classes.line}>
          {t("next")} <When at={procedure.next_run} zone /> · {t("cron")} <code>{procedure.cron}</code>
        </p>
      )}
      {procedure.missed && (
        <Remedy>
          {t("missed")} <When at={procedure.missed} />
        </Remedy>
      )}
      {active && (
        <p className={classes.line}>
          <Link to="/system/procedures/runs/$runId" params={{ runId: active.id }} className={classes.link}>
            {t("goesOn", { name: whose(active, t("bySchedule")) })}
          </Link>
        </p>
      )}
    </div>
  );
}
