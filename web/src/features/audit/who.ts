import type { TFunction } from "i18next";
import type { AuditEventOut } from "../../api/schema";

/** Who acted, as people read it: a name where there is one, else the role, with the operator of a command. */
export function whoOf(
  event: Pick<AuditEventOut, "actor_role" | "actor_name"> & { operator?: string | null },
  t: TFunction<"audit">,
): string {
  const role = t(`role.${event.actor_role as "patient"}`, { defaultValue: event.actor_role });
  if (event.operator) return t("operator", { name: event.operator });
  return event.actor_name ? `${event.actor_name} (${role})` : role;
}

/** What was done, in plain words; the name itself where there are none. */
export function didOf(action: string, t: TFunction<"audit">): string {
  return t(`did.${action as "account.create"}`, { defaultValue: action });
}
