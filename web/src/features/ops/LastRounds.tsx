import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Ago } from "../../ui/When";
import classes from "./Monitoring.module.css";
import { useRounds } from "./rounds/queries";

/** The last round of each period: how it went, and what waits for a person. */
export function LastRounds() {
  const { t } = useTranslation("ops");
  const { data } = useRounds();
  if (!data) return null;
  const last = data.periods.flatMap((each) => (each.last ? [each.last] : []));
  return (
    <section className={classes.section} aria-labelledby="last-rounds">
      <h2 id="last-rounds" className={classes.heading}>
        {t("lastRounds.title")}
      </h2>
      <div className={classes.card}>
        {last.length === 0 && <p className={classes.lead}>{t("lastRounds.none")}</p>}
        {last.length > 0 && (
          <ul>
            {last.map(({ id, period, state, open, began_at }) => (
              <li key={id}>
                <Link to="/system/rounds/$roundId" params={{ roundId: id }}>
                  {t(`lastRounds.${period}`)}
                </Link>
                , <Ago at={began_at} />: {t(`lastRounds.${state}`)}
                {open > 0 && `, ${t("lastRounds.open", { count: open })}`}
              </li>
            ))}
          </ul>
        )}
        <p className={classes.lead}>
          <Link to="/system/rounds">{t("lastRounds.all")}</Link>
        </p>
      </div>
    </section>
  );
}
