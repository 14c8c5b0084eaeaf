import type { TFunction } from "i18next";
import { ApiProblem } from "../api/problem";

/** Says a problem in words of the catalogue; what the server wrote is a sentence for people already. */
export function explain(error: unknown, t: TFunction): { title: string; detail: string } {
  if (!(error instanceof ApiProblem)) return { title: t("failed.title"), detail: t("failed.reload") };
  if (error.isOffline) return { title: t("offline.title"), detail: t("offline.detail") };
  if (error.status === 429) {
    return { title: t("failed.tooMany"), detail: t("failed.wait", { count: error.retryAfter ?? 60 }) };
  }
  return { title: error.title || t("failed.title"), detail: error.message || t("failed.reload") };
}
