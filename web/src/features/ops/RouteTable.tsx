import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RouteRequests } from "../../api/schema";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { formatCount, formatMilliseconds } from "./format";
import { useRoutes } from "./queries";
import classes from "./RouteTable.module.css";

/** The last hour by route, loaded when somebody opens it. */
export function RouteTable() {
  const { t } = useTranslation("ops");
  const [open, setOpen] = useState(false);
  const { data, error, isPending, refetch } = useRoutes(open);
  return (
    <details className={classes.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("routes.title")}</summary>
      {open && isPending && <Loading />}
      {error && !data && <Failed error={error} retry={refetch} />}
      {data && data.items.length === 0 && <p>{t("routes.none")}</p>}
      {data && data.items.length > 0 && (
        <ul className={classes.list}>
          {data.items.map((route) => (
            <Route key={route.route} route={route} />
          ))}
        </ul>
      )}
    </details>
  );
}

function Route({ route }: { route: RouteRequests }) {
  const { t } = useTranslation("ops");
  const { requests, client_errors, server_errors, p95_ms } = route;
  return (
    <li className={classes.row} data-failing={server_errors > 0}>
      <code className={classes.name}>{route.route}</code>
      <span>{t("routes.requests", { count: requests, number: formatCount(requests) })}</span>
      <span>{t("routes.refused", { number: formatCount(client_errors) })}</span>
      <span className={classes.failed}>{t("routes.failed", { number: formatCount(server_errors) })}</span>
      <span>{p95_ms === null ? "–" : t("routes.p95", { time: formatMilliseconds(p95_ms) })}</span>
    </li>
  );
}
