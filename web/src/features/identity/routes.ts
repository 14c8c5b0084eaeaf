import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { adminArea, anybodyArea, nobodyArea, root } from "../../app/areas";

const own = () => import("./pages");

/** Before anybody is signed in. `next` is where they wanted to go: a path of ours, which holds ids at most. */
export const identityRoutes = [
  createRoute({
    getParentRoute: () => nobodyArea,
    path: "/",
    component: lazyRouteComponent(own, "LandingPage"),
  }),
  createRoute({
    getParentRoute: () => nobodyArea,
    path: "/sign-in",
    validateSearch: (search: Record<string, unknown>): { next?: string; why?: "idle" } => ({
      ...(typeof search.next === "string" && { next: search.next }),
      ...(search.why === "idle" && { why: search.why }),
    }),
    component: lazyRouteComponent(own, "SignInPage"),
  }),
  createRoute({
    getParentRoute: () => nobodyArea,
    path: "/sign-up",
    component: lazyRouteComponent(own, "SignUpPage"),
  }),
  createRoute({
    getParentRoute: () => nobodyArea,
    path: "/forgot",
    component: lazyRouteComponent(own, "ForgotPage"),
  }),
] as const;

/** A one-time link opens for whoever has it, signed in or not. */
export const linkRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: "/reset",
    component: lazyRouteComponent(own, "ResetPage"),
  }),
] as const;

/** For everybody who is signed in. */
export const ownAccountRoutes = [
  createRoute({
    getParentRoute: () => anybodyArea,
    path: "/account",
    component: lazyRouteComponent(() => import("./account"), "AccountPage"),
  }),
] as const;

/** For administrators. */
export const userRoutes = [
  createRoute({
    getParentRoute: () => adminArea,
    path: "/users",
    component: lazyRouteComponent(() => import("./admin"), "UsersPage"),
  }),
  createRoute({
    getParentRoute: () => adminArea,
    path: "/users/$userId",
    component: lazyRouteComponent(() => import("./admin"), "UserPage"),
  }),
] as const;
