/** The value of a date-and-time field for a moment, in the viewer's zone: "2026-11-29T02:00". */
export function fieldValue(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${date}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** The moment that a field's value stands for, or null where it holds none. */
export function momentOf(value: string): Date | null {
  const moment = new Date(value);
  return value === "" || Number.isNaN(moment.getTime()) ? null : moment;
}
