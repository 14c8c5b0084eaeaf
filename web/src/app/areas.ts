import { createRootRouteWithContext, createRoute } from "@tanstack/react-router";
import { siteQuery } from "../api/site";
import { Failed } from "../ui/Failed";
import { Loading } from "../ui/Loading";
import { NotFound } from "../ui/NotFound";
import { only, onlyNobody, type RouterContext } from "./guards";
import { Shell } from "./Shell";

export const root = createRootRouteWithContext<RouterContext>()({
  // The emergency number before anything else; without it the pages say to call the local one.
  beforeLoad: ({ context }) =>
    context.queries
      .ensureQueryData(siteQuery)
      .catch(() => undefined)
      .then(() => undefined),
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Failed,
  pendingComponent: Loading,
});

/** Each area is who may enter; its pages say `getParentRoute: () => patientArea`. */
export const nobodyArea = createRoute({ getParentRoute: () => root, id: "nobody", beforeLoad: onlyNobody });
export const patientArea = createRoute({
  getParentRoute: () => root,
  id: "patient",
  beforeLoad: only("patient"),
});
export const clinicianArea = createRoute({
  getParentRoute: () => root,
  id: "clinician",
  beforeLoad: only("nurse", "physician"),
});
export const adminArea = createRoute({ getParentRoute: () => root, id: "admin", beforeLoad: only("admin") });
export const physicianOrAdminArea = createRoute({
  getParentRoute: () => root,
  id: "physician-or-admin",
  beforeLoad: only("physician", "admin"),
});
export const anybodyArea = createRoute({
  getParentRoute: () => root,
  id: "anybody",
  beforeLoad: only("patient", "nurse", "physician", "admin"),
});
