import { useTranslation } from "react-i18next";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { Conditions } from "../Conditions";
import { EVERY_MS, useHealth } from "../queries";
import { Remedy } from "../Remedy";
import { StatusTag } from "../StatusTag";
import classes from "./Checks.module.css";

/** What every visitor is told, which needs no database: the parts, the worst first. */
export function PublicHealth() {
  const { t } = useTranslation("ops");
  const { data, error, isPending, refetch } = useHealth(true, EVERY_MS);
  if (isPending) return <Loading />;
  if (error) return <Failed error={error} retry={refetch} />;
  const parts = [...data.parts].sort((one, other) => rank(one.status) - rank(other.status));
  return (
    <>
      <p role="status" className={classes.sum}>
        {t("checks.withoutDatabase")}
      </p>
      <ul className={classes.list}>
        {parts.map((part) => (
          <li key={part.part} className={classes.check} data-status={part.status}>
            <div className={classes.head}>
              <h2 className={classes.title}>{part.title}</h2>
              <StatusTag status={part.skipped ? null : part.status} />
            </div>
            <p className={classes.evidence}>{part.evidence}</p>
            <Conditions conditions={part.conditions} />
            {part.remedy && <Remedy>{part.remedy}</Remedy>}
          </li>
        ))}
      </ul>
    </>
  );
}

function rank(status: string): number {
  return ["down", "degraded", "healthy"].indexOf(status);
}
