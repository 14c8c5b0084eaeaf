import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { api, ok } from "../../api/client";
import { type Notice, useNotices } from "../../api/events";
import type { AssessmentDetail, OthersLooking } from "../../api/schema";
import { PAGE_HEADERS } from "../../api/send";

const EVERY_MS = 12_000;

/** Says every few seconds that one looks at the case, and keeps in the case's query who else does. */
export function usePresence(assessmentId: string): void {
  const queries = useQueryClient();
  const look = useCallback(async () => {
    if (document.visibilityState === "hidden") return;
    try {
      const path = { assessment_id: assessmentId };
      const found: OthersLooking = await ok(
        api.PUT("/api/assessments/{assessment_id}/presence", { params: { path } }),
      );
      queries.setQueryData<AssessmentDetail>(["assessment", assessmentId], (known) =>
        known ? { ...known, also_looking: found.also_looking } : known,
      );
    } catch {
      // Who else looks is a courtesy; the case itself says when it can't be loaded.
    }
  }, [assessmentId, queries]);

  useEffect(() => {
    const leave = () => {
      // Outlives the page, unlike a request of its own.
      void fetch(`/api/assessments/${assessmentId}/presence`, {
        method: "DELETE",
        headers: PAGE_HEADERS,
        keepalive: true,
      }).catch(() => undefined);
    };
    void look();
    const timer = window.setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    window.addEventListener("pagehide", leave);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [assessmentId, look]);

  useNotices(
    useCallback(
      ({ topic, ids }: Notice) => {
        if (topic === "presence" && ids.assessment_id === assessmentId) void look();
      },
      [assessmentId, look],
    ),
  );
}
