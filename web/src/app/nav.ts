import type { Role } from "../api/session";

/** The header's links, by role. A new page adds its line here; `text` is a key of the common catalogue. */
export const NAVIGATION = {
  patient: [
    { to: "/conversations", text: "nav.conversations" },
    { to: "/account", text: "nav.account" },
  ],
  nurse: [
    { to: "/worklist", text: "nav.worklist" },
    { to: "/account", text: "nav.account" },
  ],
  physician: [
    { to: "/worklist", text: "nav.worklist" },
    { to: "/audit", text: "nav.audit" },
    { to: "/account", text: "nav.account" },
  ],
  admin: [
    { to: "/monitoring", text: "nav.monitoring" },
    { to: "/system", text: "nav.system" },
    { to: "/users", text: "nav.users" },
    { to: "/audit", text: "nav.audit" },
    { to: "/account", text: "nav.account" },
  ],
  system: [],
} as const satisfies Record<Role, readonly { to: string; text: string }[]>;
