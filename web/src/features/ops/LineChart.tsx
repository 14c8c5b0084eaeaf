import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { linePath, type Series, topOf } from "./chart";
import { formatClock } from "./format";
import classes from "./LineChart.module.css";

interface LineChartProps {
  title: string;
  /** What the picture says, in a sentence. */
  summary: string;
  starts: readonly string[];
  series: readonly (Series & { label: string })[];
  format: (value: number) => string;
  /** How the beginning of a stretch is written: the time of day, unless days differ. */
  formatStart?: ((at: string) => string) | undefined;
  /** What heads the column of beginnings in the table. */
  startLabel?: string;
  children?: ReactNode;
}

const WIDTH = 600;
const HEIGHT = 140;

/** Lines over a stretch of time, and the same as a table. */
export function LineChart({
  title,
  summary,
  starts,
  series,
  format,
  formatStart = formatClock,
  startLabel,
  children,
}: LineChartProps) {
  const { t } = useTranslation("ops");
  const id = useId();
  const top = topOf(series);
  return (
    <figure className={classes.figure}>
      <figcaption id={id}>
        <h3 className={classes.title}>{title}</h3>
        <p className={classes.summary}>{summary}</p>
      </figcaption>
      <ul className={classes.legend}>
        {series.map(({ name, label }) => (
          <li key={name} data-series={name}>
            <svg width="24" height="8" aria-hidden="true">
              <path d="M1 4h22" className={classes.line} data-series={name} />
            </svg>
            {label}
          </li>
        ))}
      </ul>
      <div className={classes.plot}>
        <span className={classes.top}>{format(top)}</span>
        <span className={classes.bottom}>{format(0)}</span>
        <div role="img" aria-labelledby={id} className={classes.picture}>
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
            {[0, 0.5, 1].map((share) => (
              <path key={share} d={`M0 ${share * HEIGHT}h${WIDTH}`} className={classes.grid} />
            ))}
            {series.map(({ name, values }) => (
              <path
                key={name}
                d={linePath(values, top, WIDTH, HEIGHT)}
                className={classes.line}
                data-series={name}
              />
            ))}
          </svg>
        </div>
        <span className={classes.from}>{starts[0] && formatStart(starts[0])}</span>
        <span className={classes.to}>{t("chart.now")}</span>
      </div>
      <details className={classes.details}>
        <summary>{t("chart.table")}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by keyboard */}
        <section className={classes.scroll} tabIndex={0} aria-label={title}>
          <table className={classes.table}>
            <caption className="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{startLabel ?? t("chart.minute")}</th>
                {series.map(({ name, label }) => (
                  <th key={name} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {starts
                .map((start, index) => (
                  <tr key={start}>
                    <th scope="row">{formatStart(start)}</th>
                    {series.map(({ name, values }) => (
                      <td key={name}>{cell(values[index] ?? null, format)}</td>
                    ))}
                  </tr>
                ))
                .reverse()}
            </tbody>
          </table>
        </section>
      </details>
      {children}
    </figure>
  );
}

function cell(value: number | null, format: (value: number) => string): string {
  return value === null ? "–" : format(value);
}
