import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { meQuery, type Role } from "../api/session";

export interface RouterContext {
  queries: QueryClient;
}

/** The first page of each role. */
export function homeOf(role: Role): "/conversations" | "/worklist" | "/monitoring" {
  if (role === "patient") return "/conversations";
  return role === "nurse" || role === "physician" ? "/worklist" : "/monitoring";
}

interface Arriving {
  context: RouterContext;
  location: { href: string; pathname: string };
}

/** Lets only these roles in; nobody goes to the sign-in page, others to their own first page. */
export function only(...roles: Role[]) {
  return async ({ context, location }: Arriving): Promise<void> => {
    const me = await context.queries.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: "/sign-in", search: { next: location.pathname } });
    if (!roles.includes(me.role)) throw redirect({ to: homeOf(me.role) });
  };
}

/** For pages that make no sense to somebody signed in, like the sign-in itself. */
export async function onlyNobody({ context }: Arriving): Promise<void> {
  const me = await context.queries.ensureQueryData(meQuery);
  if (me) throw redirect({ to: homeOf(me.role) });
}
