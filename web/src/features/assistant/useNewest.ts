import { type RefObject, useEffect, useRef } from "react";

const NEAR_PX = 96;
const OWN_SCROLL_MS = 1_000;
/** What the composer covers at the bottom of the window. */
const COMPOSER_PX = 112;

/**
 * Brings what is newest into view from its first line on, whenever `what` changes: never on the first look, where one
 * reads from the top, and never under the eyes of somebody who has scrolled up to read, unless they have just `said`
 * something. Returns the refs of the newest piece, and of that in which the talk ends.
 */
export function useNewest(what: string, said: string | undefined) {
  const newest = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  // What was said a moment ago on the page before may be answered by now: then the first look is no reading.
  const before = useRef<{ what: string; said?: string }>(
    said === undefined ? { what, said } : { what: "", said: undefined },
  );
  const follows = useFollows();
  useEffect(() => {
    const { what: shown, said: told } = before.current;
    before.current = { what, said };
    if (said !== undefined && said !== told) follows.current.is = true;
    if (what === shown || !follows.current.is || !newest.current) return;
    follows.current.until = Date.now() + OWN_SCROLL_MS;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    window.scrollBy({
      top: wayTo(newest.current, end.current ?? newest.current),
      behavior: calm ? "instant" : "smooth",
    });
  }, [what, said, follows]);
  return { newest, end };
}

/** How far to scroll, in pixels: where all of it has room, into view; otherwise its beginning is what counts. */
function wayTo(element: HTMLElement, end: HTMLElement): number {
  const padding = getComputedStyle(document.documentElement).scrollPaddingBlockStart;
  const first = Number.parseFloat(padding) || 0;
  const last = window.innerHeight - COMPOSER_PX;
  const { top } = element.getBoundingClientRect();
  const { bottom } = end.getBoundingClientRect();
  if (bottom - top > last - first || top < first) return top - first;
  return Math.max(bottom - last, 0);
}

/** Whether the reader is where the newest comes: not once they have scrolled up by themselves, until they come back. */
function useFollows(): RefObject<{ is: boolean; until: number }> {
  const follows = useRef({ is: true, until: 0 });
  useEffect(() => {
    let height = document.documentElement.scrollHeight;
    let top = window.scrollY;
    const scrolled = () => {
      const now = document.documentElement.scrollHeight;
      const isNear = now - window.scrollY - window.innerHeight < NEAR_PX;
      const isUp = window.scrollY < top && now === height && Date.now() > follows.current.until;
      // A page that has become shorter is moved by the browser, and our own way up is nobody's wish to read above.
      if (isUp) follows.current.is = isNear;
      else if (isNear) follows.current.is = true;
      height = now;
      top = window.scrollY;
    };
    window.addEventListener("scroll", scrolled, { passive: true });
    return () => window.removeEventListener("scroll", scrolled);
  }, []);
  return follows;
}
