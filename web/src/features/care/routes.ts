import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { clinicianArea } from "../../app/areas";
import { type Filters, readFilters } from "./filters";

const pages = () => import("./pages");
const filtered = (search: Record<string, unknown>): Filters => readFilters(search);

/** What stands around each of care's pages: undo, the keyboard's help. */
const frame = createRoute({
  getParentRoute: () => clinicianArea,
  id: "care",
  component: lazyRouteComponent(pages, "CareFrame"),
});

export const careRoutes = [
  frame.addChildren([
    createRoute({
      getParentRoute: () => frame,
      path: "/worklist",
      validateSearch: filtered,
      component: lazyRouteComponent(pages, "WorklistPage"),
    }),
    createRoute({
      getParentRoute: () => frame,
      path: "/worklist/$assessmentId",
      validateSearch: filtered,
      component: lazyRouteComponent(pages, "CasePage"),
    }),
    createRoute({
      getParentRoute: () => frame,
      path: "/patients/$patientId",
      component: lazyRouteComponent(pages, "PatientPage"),
    }),
  ]),
] as const;
