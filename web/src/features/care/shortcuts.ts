import { useEffect, useRef } from "react";
import { useShortcutsOn } from "./preferences";

export type Keys = Readonly<Record<string, () => void>>;

/** What `event` asks for, or null: keys mean letters to whoever types, and belong to an open dialog or menu. */
export function keyOf(event: KeyboardEvent): string | null {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey)
    return null;
  const target = event.target instanceof Element ? event.target : null;
  if (
    target?.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true]")
  ) {
    return null;
  }
  if (target?.closest("[role=menu], [role=listbox]")) return null;
  if (document.querySelector("[role=dialog][aria-modal=true]")) return null;
  if (event.key === "ArrowDown") return "j";
  if (event.key === "ArrowUp") return "k";
  return event.key.length === 1 ? event.key.toLowerCase() : null;
}

/** Calls what belongs to a key while the component is shown, unless shortcuts are turned off. */
export function useShortcuts(keys: Keys): void {
  const [on] = useShortcutsOn();
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!on) return;
    const pressed = (event: KeyboardEvent) => {
      const key = keyOf(event);
      const action = key === null ? undefined : latest.current[key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [on]);
}
