import type { AccountView } from "../../../api/schema";

/** Sign-ins are kept until this long after their end, so that an older account's absence of them proves less. */
const KEPT_DAYS = 30;

/** What to say of an account without a known sign-in: there was never one, or none that is still kept. */
export function withoutSignIn({ created_at }: Pick<AccountView, "created_at">, now = Date.now()) {
  return now - Date.parse(created_at) < KEPT_DAYS * 86_400_000 ? "never" : "notLately";
}
