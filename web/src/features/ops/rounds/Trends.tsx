import { useTranslation } from "react-i18next";
import type { FigureView, RoundView } from "../../../api/schema";
import { formatUnit } from "../format";
import jobs from "../Jobs.module.css";
import classes from "./Rounds.module.css";
import { Spark } from "./Spark";

/** How the figures of this round stand to those of the rounds before. */
export function Trends({ round }: { round: RoundView }) {
  const { t } = useTranslation("rounds");
  if (round.figures.length === 0) return null;
  return (
    <section aria-labelledby="trends" className={jobs.section}>
      <h2 id="trends" className={jobs.heading}>
        {t("trends")}
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={t("table", { name: t("trends") })}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("figure")}</th>
              <th scope="col">{t("now")}</th>
              <th scope="col">{t("before")}</th>
              <th scope="col">{t("overRounds", { count: round.moments.length })}</th>
            </tr>
          </thead>
          <tbody>
            {round.figures.map((figure) => (
              <Row key={figure.name} figure={figure} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Row({ figure }: { figure: FigureView }) {
  const { t } = useTranslation("rounds");
  const told = (value: number | null | undefined) =>
    value === null || value === undefined ? "–" : formatUnit(value, figure.unit);
  const known = figure.history.filter((value): value is number => value !== null);
  return (
    <tr>
      <th scope="row">{figure.title}</th>
      <td>{told(figure.value)}</td>
      <td>{told(figure.before)}</td>
      <td>
        <Spark values={figure.history} />
        <span className={classes.between}>
          {t("between", { least: told(Math.min(...known)), most: told(Math.max(...known)) })}
        </span>
      </td>
    </tr>
  );
}
