import { IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./ConnectionBar.module.css";

const PATIENCE_MS = 6_000;

/** Says that the connection is lost, once it has been for a while: streams are opened anew all the time. */
export function ConnectionBar({ live, expected }: { live: boolean; expected: boolean }) {
  const { t } = useTranslation();
  const [lost, setLost] = useState(false);
  useEffect(() => {
    setLost(false);
    if (live || !expected) return;
    const timer = window.setTimeout(() => setLost(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [live, expected]);
  return (
    <div role="status" className="not-printed">
      {lost && (
        <div className={classes.bar}>
          <IconPlugConnectedX size={18} aria-hidden />
          {t("offline.bar")}
        </div>
      )}
    </div>
  );
}
