import { useTranslation } from "react-i18next";
import type { HoldView, RetentionView } from "../../../api/schema";
import { Empty } from "../../../ui/Empty";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { When } from "../../../ui/When";
import { formatSeconds } from "../format";
import jobs from "../Jobs.module.css";
import classes from "./Maintenance.module.css";
import { useHolds, useRetention } from "./queries";

/** What is kept for how long. */
export function Retention() {
  const { t } = useTranslation("maintenance");
  const { data, error, isPending, refetch } = useRetention();
  return (
    <section aria-labelledby="retention" className={classes.section}>
      <h2 id="retention" className={jobs.heading}>
        {t("retention.title")}
      </h2>
      <p className={classes.line}>{t("retention.lead")}</p>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && (
        <dl className={classes.kept}>
          {data.items.map((kind) => (
            <Kind key={kind.name} kind={kind} />
          ))}
          <div>
            <dt>{t("retention.audit")}</dt>
            <dd>{t("retention.forGood")}</dd>
          </div>
        </dl>
      )}
    </section>
  );
}

function Kind({ kind }: { kind: RetentionView }) {
  const { t } = useTranslation("maintenance");
  return (
    <div>
      <dt>{kind.title}</dt>
      <dd>
        {kind.kept_seconds === null ? t("retention.forGood") : formatSeconds(kind.kept_seconds)}
        {kind.held && <> · {t("retention.held")}</>} · <code>{kind.setting}</code>
      </dd>
    </div>
  );
}

/** Legal holds: what they cover is deleted by nobody. */
export function Holds() {
  const { t } = useTranslation("maintenance");
  const { data, error, isPending, refetch } = useHolds();
  return (
    <section aria-labelledby="holds" className={classes.section}>
      <h2 id="holds" className={jobs.heading}>
        {t("holds.title")}
      </h2>
      <p className={classes.line}>
        {t("holds.lead")} <code>bedside maintenance holds</code>
      </p>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data?.items.length === 0 && <Empty title={t("holds.none")} />}
      <ul className={jobs.list} aria-label={t("holds.title")}>
        {data?.items.map((hold) => (
          <Hold key={hold.id} hold={hold} />
        ))}
      </ul>
    </section>
  );
}

function Hold({ hold }: { hold: HoldView }) {
  const { t } = useTranslation("maintenance");
  return (
    <li className={classes.window}>
      <p className={classes.reason}>
        {hold.patient_id === null ? t("holds.everything") : t("holds.patient", { id: hold.patient_id })}
      </p>
      <p className={classes.line}>
        <strong>{t(hold.lifted_at === null ? "holds.inForce" : "holds.lifted")}</strong> · {hold.reason} ·{" "}
        {hold.placed_by}, <When at={hold.placed_at} />
        {hold.lifted_at !== null && (
          <>
            {" "}
            · {hold.lifted_by}, <When at={hold.lifted_at} />: {hold.lift_reason}
          </>
        )}
      </p>
    </li>
  );
}
