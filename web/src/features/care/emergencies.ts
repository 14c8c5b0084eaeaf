import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Worklist } from "../../api/schema";
import { useSound } from "./preferences";
import { useWaitingEmergencies } from "./queries";
import { allowSound, ring } from "./sound";
import { useNow } from "./times";

const NONE: readonly string[] = [];
const NOBODY = { items: [], counts: {} };

/** Which of the emergencies are new since the last look; nothing is, the first time. */
export function newcomers(known: ReadonlySet<string> | null, now: readonly string[]): string[] {
  return known === null ? [] : now.filter((id) => !known.has(id));
}

/** The emergencies that nobody has claimed. */
export interface Unclaimed {
  waiting: number;
  late: number;
  /** Their cases: those that came while one looked, then the soonest due. */
  cases: readonly string[];
}

/** What is said of the emergencies that wait, by the clock: new ones are opened first. */
export function unclaimed(
  found: Pick<Worklist, "items" | "counts">,
  fresh: readonly string[],
  now: number,
): Unclaimed {
  const late = found.items.filter(({ due_at }) => due_at && Date.parse(due_at) <= now).length;
  const others = found.items.map((item) => item.assessment_id).filter((id) => !fresh.includes(id));
  return { waiting: found.counts["emergency-waiting"] ?? 0, late, cases: [...fresh, ...others] };
}

/** Rings for new emergencies and marks the title while any is unclaimed. */
export function useEmergencies(): Unclaimed & { isKnown: boolean } {
  const { t } = useTranslation("care");
  const data = useWaitingEmergencies();
  const [sound] = useSound();
  const now = useNow(10_000);
  const known = useRef<Set<string> | null>(null);
  const [fresh, setFresh] = useState<readonly string[]>(NONE);

  useEffect(() => {
    if (!data) return;
    const there = data.items.map((item) => item.assessment_id);
    const added = newcomers(known.current, there);
    known.current = new Set([...(known.current ?? []), ...there]);
    // Who was claimed meanwhile is no longer news.
    setFresh((before) => [...before.filter((id) => there.includes(id)), ...added]);
    if (added.length > 0 && sound) ring();
  }, [data, sound]);

  const found = unclaimed(data ?? NOBODY, fresh, now);
  const { waiting } = found;
  useTitlePrefix(waiting > 0 ? t("alarm.title", { count: waiting }) : "");
  useEffect(() => {
    if (!sound) return;
    for (const event of ["pointerdown", "keydown"]) window.addEventListener(event, allowSound);
    return () => {
      for (const event of ["pointerdown", "keydown"]) window.removeEventListener(event, allowSound);
    };
  }, [sound]);
  return { ...found, isKnown: data !== undefined };
}

/** Keeps `prefix` before the document's title, whatever page sets it. */
function useTitlePrefix(prefix: string): void {
  useEffect(() => {
    if (!prefix) return;
    const mark = `${prefix} · `;
    const put = () => {
      if (!document.title.startsWith(mark)) document.title = mark + document.title;
    };
    put();
    const observer = new MutationObserver(put);
    const title = document.querySelector("title");
    if (title) observer.observe(title, { childList: true, characterData: true, subtree: true });
    return () => {
      observer.disconnect();
      if (document.title.startsWith(mark)) document.title = document.title.slice(mark.length);
    };
  }, [prefix]);
}
