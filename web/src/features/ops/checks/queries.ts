import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ok } from "../../../api/client";
import type { CheckCatalogue } from "../../../api/schema";

const KEY = ["checks"];
const EVERY_MS = 30_000;

/** Every check with what it found last, asked for again while the page is looked at. */
export function useChecks() {
  return useQuery({
    queryKey: KEY,
    queryFn: () => ok(api.GET("/api/checks")),
    refetchInterval: EVERY_MS,
    retry: false,
  });
}

/** Looks at everything now. */
export function useRunAll() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => ok(api.POST("/api/checks/all/run")),
    onSuccess: (found) => queries.setQueryData(KEY, found),
    onError: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** Looks at one check now. */
export function useRunCheck() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => ok(api.POST("/api/checks/{name}/run", { params: { path: { name } } })),
    onSuccess: (found) =>
      queries.setQueryData<CheckCatalogue>(
        KEY,
        (before) =>
          before && {
            ...before,
            items: before.items.map((item) => (item.name === found.name ? found : item)),
          },
      ),
    onError: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
