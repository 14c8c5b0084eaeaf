import { linePath, topOf } from "../chart";
import classes from "./Rounds.module.css";

const WIDTH = 160;
const HEIGHT = 36;

/** A small line from zero. What it shows stands beside it in words, so it is hidden from screen readers. */
export function Spark({ values }: { values: readonly (number | null)[] }) {
  const top = topOf([{ name: "", values }]);
  return (
    <svg
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className={classes.spark}
    >
      <path d={`M0 ${HEIGHT}h${WIDTH}`} className={classes.base} />
      <path d={linePath(values, top, WIDTH, HEIGHT)} className={classes.line} />
    </svg>
  );
}
