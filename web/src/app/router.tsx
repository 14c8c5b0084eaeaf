import { createRouter } from "@tanstack/react-router";
import { assistantRoutes } from "../features/assistant/routes";
import { auditRoutes } from "../features/audit/routes";
import { careRoutes } from "../features/care/routes";
import { identityRoutes, linkRoutes, ownAccountRoutes, userRoutes } from "../features/identity/routes";
import { monitoringRoutes } from "../features/ops/routes";
import {
  adminArea,
  anybodyArea,
  clinicianArea,
  nobodyArea,
  patientArea,
  physicianOrAdminArea,
  root,
} from "./areas";
import { queries } from "./queries";

export const router = createRouter({
  routeTree: root.addChildren([
    ...linkRoutes,
    nobodyArea.addChildren(identityRoutes),
    patientArea.addChildren(assistantRoutes),
    clinicianArea.addChildren(careRoutes),
    physicianOrAdminArea.addChildren(auditRoutes),
    adminArea.addChildren([...monitoringRoutes, ...userRoutes]),
    anybodyArea.addChildren(ownAccountRoutes),
  ]),
  context: { queries },
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
