import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useIsLive, useLiveEvents } from "../api/events";
import { meQuery, onOtherTab, useMe } from "../api/session";
import { ConnectionBar } from "./ConnectionBar";
import { Header } from "./Header";
import { Idle } from "./Idle";
import { MaintenanceBar } from "./MaintenanceBar";
import classes from "./Shell.module.css";

/** A page without it would keep silent about an emergency: where it can't be loaded, the page can't either. */
const EmergencyBar = lazy(() =>
  import("../features/care/pages").then((care) => ({ default: care.EmergencyBar })),
);

/** What stands around every page. */
export function Shell() {
  const { t } = useTranslation();
  const me = useMe();
  useFollowSession(me?.id ?? null);
  useLiveEvents(me !== null);
  const live = useIsLive();
  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        {t("skip")}
      </a>
      <Header me={me} />
      <ConnectionBar live={live} expected={me !== null} />
      {me && me.role !== "patient" && <MaintenanceBar />}
      {(me?.role === "nurse" || me?.role === "physician") && (
        <Suspense fallback={null}>
          <EmergencyBar />
        </Suspense>
      )}
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
      {me && <Idle />}
    </div>
  );
}

/** Another sign-in, here or in another tab, asks every page anew whether it may be shown. */
function useFollowSession(account: string | null): void {
  const queries = useQueryClient();
  const router = useRouter();
  useEffect(
    () => onOtherTab(() => void queries.invalidateQueries({ queryKey: meQuery.queryKey })),
    [queries],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the account is what the guards look at
  useEffect(() => {
    void router.invalidate();
  }, [account, router]);
}
