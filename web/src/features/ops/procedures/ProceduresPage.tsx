import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ProcedureView } from "../../../api/schema";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { Ago, When } from "../../../ui/When";
import jobs from "../Jobs.module.css";
import { Remedy } from "../Remedy";
import { SystemFrame } from "../SystemFrame";
import classes from "./Procedures.module.css";
import { useProcedures } from "./queries";
import { RunList } from "./RunList";
import { RunTag } from "./RunTag";

/** What an operator runs, by hand or by schedule, and what became of it. */
export function ProceduresPage() {
  const { t } = useTranslation("procedures");
  const { data, error, isPending, refetch } = useProcedures();
  return (
    <SystemFrame title={t("title")} lead={t("lead")}>
      <div className={jobs.stack}>
        {isPending && <Loading />}
        {error && <Failed error={error} retry={refetch} />}
        {data && (
          <ul className={jobs.list} aria-label={t("title")}>
            {data.items.map((procedure) => (
              <Row key={procedure.name} procedure={procedure} />
            ))}
          </ul>
        )}
        <RunList />
      </div>
    </SystemFrame>
  );
}

function Row({ procedure }: { procedure: ProcedureView }) {
  const { t } = useTranslation("procedures");
  const shown = procedure.active ?? procedure.last;
  return (
    <li className={classes.row}>
      <div className={jobs.what}>
        <Link
          to="/system/procedures/$name"
          params={{ name: procedure.name }}
          className={classes.link}
          aria-describedby={`purpose-${procedure.name}`}
        >
          {procedure.title}
        </Link>
        <p className={jobs.purpose} id={`purpose-${procedure.name}`}>
          {procedure.purpose}
        </p>
        {procedure.missed && (
          <Remedy>
            {t("missed")} <When at={procedure.missed} />
          </Remedy>
        )}
      </div>
      <div className={jobs.how}>
        {shown ? <RunTag state={shown.state} /> : <p className={jobs.fact}>{t("never")}</p>}
        {procedure.last?.finished_at && !procedure.active && (
          <p className={jobs.fact}>
            <Ago at={procedure.last.finished_at} />
          </p>
        )}
      </div>
      <p className={jobs.fact}>
        {procedure.next_run ? (
          <>
            {t("next")} <When at={procedure.next_run} />
          </>
        ) : (
          t("byHand")
        )}
      </p>
      <p className={jobs.fact}>{t(`type.${procedure.type}`)}</p>
    </li>
  );
}
