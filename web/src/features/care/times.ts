import type { TFunction } from "i18next";
import { useEffect, useState } from "react";
import { LOCALE } from "../../i18n";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time now, again every `every` milliseconds. */
export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), every);
    return () => window.clearInterval(timer);
  }, [every]);
  return now;
}

/** A span of time in its two largest units: "2 h 5 min". */
export function span(milliseconds: number, t: TFunction<"care">): string {
  const whole = Math.max(0, milliseconds);
  if (whole < MINUTE) return t("span.now");
  if (whole < HOUR) return t("span.minutes", { minutes: Math.floor(whole / MINUTE) });
  if (whole < DAY) {
    return t("span.hours", { hours: Math.floor(whole / HOUR), minutes: Math.floor((whole % HOUR) / MINUTE) });
  }
  return t("span.days", { days: Math.floor(whole / DAY), hours: Math.floor((whole % DAY) / HOUR) });
}

/** How old somebody is, as triage says it: days, weeks and months for small children. */
export function age(years: number | null | undefined, t: TFunction<"care">): string {
  if (years === null || years === undefined) return t("age.unknown");
  const days = years * 365.25;
  if (days < 14) return t("age.days", { count: Math.round(days) });
  if (days < 59) return t("age.weeks", { count: Math.round(days / 7) });
  if (years < 2) return t("age.months", { count: Math.round(years * 12) });
  return t("age.years", { count: Math.floor(years) });
}

const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" });

/** A date without a time, such as a birth date, which has no time zone. */
export function date(iso: string): string {
  const [year, month, dayOfMonth] = iso.split("-").map(Number);
  return day.format(new Date(year ?? 0, (month ?? 1) - 1, dayOfMonth));
}
