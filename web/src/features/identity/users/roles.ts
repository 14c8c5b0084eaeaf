import type { NewAccount } from "../../../api/schema";

/** The roles that people have. */
export type AccountRole = NewAccount["role"];

export const ROLES: readonly AccountRole[] = ["patient", "nurse", "physician", "admin"];
