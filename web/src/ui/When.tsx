import { useEffect, useState } from "react";
import { LOCALE } from "../i18n";

const DAY_TIME = new Intl.DateTimeFormat(LOCALE, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "numeric",
  minute: "2-digit",
});
const WITH_YEAR = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
const TIME = new Intl.DateTimeFormat(LOCALE, { hour: "numeric", minute: "2-digit" });
const ZONE = new Intl.DateTimeFormat(LOCALE, { hour: "numeric", timeZoneName: "short" });
const WHOLE = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "long" });
const RELATIVE = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

interface MomentOptions {
  now?: Date;
  /** Names the zone: for a time that somebody is told elsewhere, too, or plans by. */
  zone?: boolean;
}

/** A moment in the viewer's time zone: the time alone where it is today's. */
export function formatMoment(at: string, { now = new Date(), zone = false }: MomentOptions = {}): string {
  const moment = new Date(at);
  const isToday = moment.toDateString() === now.toDateString();
  const isThisYear = moment.getFullYear() === now.getFullYear();
  const text = (isToday ? TIME : isThisYear ? DAY_TIME : WITH_YEAR).format(moment);
  return zone ? `${text} ${zoneOf(moment)}` : text;
}

/** The short name of the viewer's time zone at a moment: "CET", "GMT+2". */
function zoneOf(moment: Date): string {
  return ZONE.formatToParts(moment).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** "5 minutes ago", "in 2 days". */
export function formatAgo(at: string, now = Date.now()): string {
  const passed = new Date(at).getTime() - now;
  const size = Math.abs(passed);
  if (size < HOUR_MS) return RELATIVE.format(Math.round(passed / MINUTE_MS), "minute");
  if (size < DAY_MS) return RELATIVE.format(Math.round(passed / HOUR_MS), "hour");
  return RELATIVE.format(Math.round(passed / DAY_MS), "day");
}

/** A moment, with all of it for whoever points at it. */
export function When({ at, zone }: { at: string; zone?: boolean }) {
  return (
    <time dateTime={at} title={WHOLE.format(new Date(at))}>
      {formatMoment(at, { zone })}
    </time>
  );
}

/** How long ago a moment was, kept true. */
export function Ago({ at }: { at: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), MINUTE_MS / 2);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={WHOLE.format(new Date(at))}>
      {formatAgo(at, now)}
    </time>
  );
}
