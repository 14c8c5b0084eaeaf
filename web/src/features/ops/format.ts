import type { SeriesUnit } from "../../api/schema";
import { LOCALE } from "../../i18n";

const WHOLE = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const ONE = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const CLOCK_SECONDS = new Intl.DateTimeFormat(LOCALE, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** "1.4 GiB". */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)), UNITS.length - 1);
  return `${ONE.format(bytes / 1024 ** power)} ${UNITS[power]}`;
}

/** "99.95 %". */
export function formatPercent(percent: number): string {
  return `${PERCENT.format(percent)} %`;
}

export function formatCount(count: number): string {
  return WHOLE.format(count);
}

/** "12 ms", "1.4 s". */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 10) return `${ONE.format(milliseconds)} ms`;
  if (milliseconds < 1000) return `${WHOLE.format(milliseconds)} ms`;
  return `${ONE.format(milliseconds / 1000)} s`;
}

/** "40 s", "12 min", "3 h 5 min", "2 d 4 h". */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

/** The time of day in the viewer's time zone. */
export function formatClock(at: string | number, seconds = false): string {
  return (seconds ? CLOCK_SECONDS : CLOCK).format(new Date(at));
}

const DAY_CLOCK = new Intl.DateTimeFormat(LOCALE, { weekday: "short", hour: "2-digit", minute: "2-digit" });

/** The day of the week and the time of day in the viewer's time zone. */
export function formatDayClock(at: string | number): string {
  return DAY_CLOCK.format(new Date(at));
}

/** A value of a series with its unit. */
export function formatUnit(value: number, unit: SeriesUnit): string {
  switch (unit) {
    case "per_second":
      return `${ONE.format(value)} a second`;
    case "milliseconds":
      return formatMilliseconds(value);
    case "percent":
      return formatPercent(value);
    case "seconds":
      return formatSeconds(value);
    case "bytes":
      return formatBytes(value);
    case "count":
      return formatCount(value);
  }
}

/** The viewer's time zone, as Europe/Lisbon. */
export function viewerTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
