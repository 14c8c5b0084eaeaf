import { IconTool } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../api/client";
import { When } from "../ui/When";
import classes from "./ConnectionBar.module.css";

const EVERY_MS = 60_000;

/** Tells staff of a maintenance window that is on. */
export function MaintenanceBar() {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ["maintenance", "current"],
    queryFn: () => ok(api.GET("/api/maintenance/windows/current")),
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS / 2,
  });
  return (
    <div role="status" className="not-printed">
      {data?.active && (
        <div className={classes.bar}>
          <IconTool size={18} aria-hidden />
          <span className={classes.text}>
            {t("maintenance.until")} <When at={data.active.ends_at} zone />: {data.active.reason}
          </span>
        </div>
      )}
    </div>
  );
}
