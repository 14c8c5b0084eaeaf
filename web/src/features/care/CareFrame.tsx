import { Outlet } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useMe } from "../../api/session";
import { forgetBegun, hasUnsent } from "./memory";
import { ShortcutHelp } from "./ShortcutHelp";
import { useShortcuts } from "./shortcuts";
import { UndoBar } from "./UndoBar";

/** What stands around every page of care: the undo of the last decision, the help for the keyboard. */
export function CareFrame() {
  const [help, setHelp] = useState(false);
  useShortcuts({ "?": () => setHelp(true) });
  useForgetting();
  return (
    <>
      <Outlet />
      <UndoBar />
      <ShortcutHelp opened={help} onClose={() => setHelp(false)} />
    </>
  );
}

/** Asks before what was typed is lost, and forgets it with the sign-in. */
function useForgetting(): void {
  const account = useMe()?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another account forgets what the one before began
  useEffect(() => forgetBegun, [account]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (hasUnsent()) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
}
