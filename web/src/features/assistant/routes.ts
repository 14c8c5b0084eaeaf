import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { patientArea } from "../../app/areas";

const pages = () => import("./pages");

export const assistantRoutes = [
  createRoute({
    getParentRoute: () => patientArea,
    path: "/conversations",
    component: lazyRouteComponent(pages, "ConversationsPage"),
  }),
  createRoute({
    getParentRoute: () => patientArea,
    path: "/conversations/$conversationId",
    component: lazyRouteComponent(pages, "ConversationPage"),
  }),
] as const;
