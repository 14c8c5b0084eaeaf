import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { adminArea } from "../../app/areas";

const pages = () => import("./pages");
const system = () => import("./system");
const procedures = () => import("./procedures/pages");
const maintenance = () => import("./maintenance/pages");
const database = () => import("./database/pages");
const rounds = () => import("./rounds/pages");
const alerts = () => import("./alerts/pages");

export const monitoringRoutes = [
  createRoute({
    getParentRoute: () => adminArea,
    path: "/monitoring",
    component: lazyRouteComponent(pages, "MonitoringPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system",
    beforeLoad: () => {
      throw redirect({ to: "/system/checks" });
    },
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/checks",
    component: lazyRouteComponent(system, "ChecksPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/procedures",
    component: lazyRouteComponent(procedures, "ProceduresPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/procedures/$name",
    component: lazyRouteComponent(procedures, "ProcedurePage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/procedures/runs/$runId",
    component: lazyRouteComponent(procedures, "RunPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/maintenance",
    component: lazyRouteComponent(maintenance, "MaintenancePage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/rounds",
    component: lazyRouteComponent(rounds, "RoundsPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/rounds/$roundId",
    component: lazyRouteComponent(rounds, "RoundPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/channels",
    component: lazyRouteComponent(alerts, "ChannelsPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/database",
    component: lazyRouteComponent(database, "DatabasePage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/jobs",
    component: lazyRouteComponent(system, "JobsPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/settings",
    component: lazyRouteComponent(system, "SettingsPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/system/sample-data",
    component: lazyRouteComponent(system, "SampleDataPage"),
  }),
] as const;
