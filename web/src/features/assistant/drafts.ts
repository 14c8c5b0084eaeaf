import { useEffect, useState } from "react";
import { onForget } from "../../api/session";
import { hasUnsent } from "./outbox";

/** What is being typed, by place; in memory alone, so it outlives a change of page but not of the sign-in. */
const drafts = new Map<string, string>();

export function useDraft(place: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => drafts.get(place) ?? "");
  return [
    text,
    (changed) => {
      if (changed) drafts.set(place, changed);
      else drafts.delete(place);
      setText(changed);
    },
  ];
}

onForget(() => drafts.clear());

/** Asks before the page is left or loaded again with words that nobody has received. */
export function useUnsentWarning(): void {
  useEffect(() => {
    const leaving = (event: BeforeUnloadEvent) => {
      if (drafts.size > 0 || hasUnsent()) event.preventDefault();
    };
    window.addEventListener("beforeunload", leaving);
    return () => window.removeEventListener("beforeunload", leaving);
  }, []);
}
