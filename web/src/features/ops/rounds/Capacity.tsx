import { useTranslation } from "react-i18next";
import type { Projection } from "../../../api/schema";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import jobs from "../Jobs.module.css";
import { useCapacity } from "./queries";
import classes from "./Rounds.module.css";
import { Spark } from "./Spark";

/** Growth of data, load and latency, and when each limit is reached. */
export function Capacity() {
  const { t } = useTranslation("rounds");
  const { data, error, isPending, refetch } = useCapacity();
  return (
    <section aria-labelledby="capacity" className={jobs.section}>
      <h2 id="capacity" className={jobs.heading}>
        {t("capacity")}
      </h2>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && (
        <>
          <p className={classes.text}>
            {data.scaling.summary}{" "}
            {data.scaling.replicas_wanted !== null &&
              data.scaling.replicas_wanted !== undefined &&
              t("replicas", { count: data.scaling.replicas, wanted: data.scaling.replicas_wanted })}
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by keyboard */}
          <section className={classes.scroll} tabIndex={0} aria-label={t("table", { name: t("capacity") })}>
            <table className={classes.table}>
              <thead>
                <tr>
                  <th scope="col">{t("figure")}</th>
                  <th scope="col">{t("outlook")}</th>
                  <th scope="col">{t("overDays", { count: data.days })}</th>
                  <th scope="col">{t("inWords")}</th>
                </tr>
              </thead>
              <tbody>
                {data.projections.map((each) => (
                  <Row key={`${each.name} ${each.label}`} shown={each} />
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
    </section>
  );
}

function Row({ shown }: { shown: Projection }) {
  const { t } = useTranslation("rounds");
  return (
    <tr>
      <th scope="row">{shown.title}</th>
      <td>{t(`outlooks.${shown.outlook}`)}</td>
      <td>{shown.history.length > 1 && <Spark values={shown.history.map(({ value }) => value)} />}</td>
      <td>{shown.summary}</td>
    </tr>
  );
}
