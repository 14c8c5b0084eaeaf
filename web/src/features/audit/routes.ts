import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { physicianOrAdminArea } from "../../app/areas";

const pages = () => import("./pages");

export const auditRoutes = [
  createRoute({
    getParentRoute: () => physicianOrAdminArea,
    path: "/audit",
    component: lazyRouteComponent(pages, "AuditPage"),
  }),
  createRoute({
    getParentRoute: () => physicianOrAdminArea,
    path: "/audit/access",
    component: lazyRouteComponent(pages, "AccessPage"),
  }),
] as const;
