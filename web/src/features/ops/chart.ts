/** The geometry of a line over the minutes of an hour, without a library: scales, lines with gaps, ticks. */

export interface Series {
  /** A key of the catalogue. */
  name: string;
  values: readonly (number | null)[];
}

/** The least round number (1, 2 or 5 times a power of ten) that is not below `value`. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}

/** The top of a chart's scale for these series. */
export function topOf(series: readonly Series[]): number {
  return roundUp(Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))));
}

/** An SVG path: a new stretch begins after each null, and a lone point is a dot. */
export function linePath(
  values: readonly (number | null)[],
  top: number,
  width: number,
  height: number,
): string {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let path = "";
  let drawing = false;
  values.forEach((value, index) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const x = round(index * step);
    const y = round(height - (Math.min(value, top) / top) * height);
    path += drawing ? `L${x} ${y}` : `M${x} ${y}h0.01`;
    drawing = true;
  });
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
