import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { physicianOrAdminArea } from "../../app/areas";

const pages = () => import("./pages");

export const auditRoutes = [
  createRoute({
    getParentRoute: () => physicianOrAdminArea,
    path: "/audit",
    component: lazyRouteComponent(pages, "AuditPage"),
  }),
] as const;
