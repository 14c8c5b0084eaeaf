import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "../api/problem";

const TRIES = 2;

/** What was loaded, in memory alone: nothing of a patient is written to the browser's storage. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      networkMode: "always",
      retry: (failures, error) => failures < TRIES && error instanceof ApiProblem && error.isPassing,
    },
    mutations: { networkMode: "always" },
  },
});
