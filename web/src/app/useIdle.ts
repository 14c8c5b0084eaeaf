import { useCallback, useEffect, useRef, useState } from "react";

const TOUCHES = ["pointerdown", "keydown", "wheel", "touchstart"] as const;
const MINUTE_MS = 60_000;
const LONGEST_WARNING_MS = MINUTE_MS;
const TELL_OTHERS_EVERY_MS = 5_000;

interface Idle {
  /** Until the sign-out, once the warning is due; null before. */
  secondsLeft: number | null;
  stay: () => void;
}

/** Calls `leave` after `minutes` without a touch in any tab, and counts down the last minute of them. */
export function useIdle(minutes: number, leave: () => void): Idle {
  const allowed = minutes * MINUTE_MS;
  const warning = Math.min(LONGEST_WARNING_MS, allowed / 2);
  const touched = useRef(Date.now());
  const told = useRef(0);
  const tabs = useRef<BroadcastChannel | null>(null);
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null);
  const warned = useRef(false);

  const touch = useCallback(() => {
    touched.current = Date.now();
    if (touched.current - told.current > TELL_OTHERS_EVERY_MS) {
      told.current = touched.current;
      tabs.current?.postMessage("touched");
    }
  }, []);

  const stay = useCallback(() => {
    told.current = 0;
    touch();
    warned.current = false;
    setSecondsLeft(null);
  }, [touch]);

  useEffect(() => {
    // Once the warning stands, only an answer to it counts: a stray movement may be anybody's.
    const own = () => {
      if (!warned.current) touch();
    };
    for (const name of TOUCHES) window.addEventListener(name, own, { passive: true, capture: true });
    tabs.current = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("bedside-idle");
    tabs.current?.addEventListener("message", () => {
      touched.current = Date.now();
    });
    const timer = window.setInterval(() => {
      const left = touched.current + allowed - Date.now();
      warned.current = left <= warning;
      setSecondsLeft(warned.current ? Math.max(0, Math.ceil(left / 1000)) : null);
      if (left <= 0) leave();
    }, 1_000);
    return () => {
      for (const name of TOUCHES) window.removeEventListener(name, own, { capture: true });
      tabs.current?.close();
      window.clearInterval(timer);
    };
  }, [allowed, warning, touch, leave]);

  return { secondsLeft, stay };
}
