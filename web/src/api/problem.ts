import type { Level, Problem, Reason } from "./schema";

/** What the safety screen found in one message. */
export interface Safety {
  level: Level;
  advice: string[];
  reasons: Reason[];
}

/** What went wrong with a request, as RFC 9457 has it; `code` tells problems apart. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;
  readonly fields: Record<string, unknown>;

  constructor(problem: Pick<Problem, "status" | "code" | "title" | "detail"> & Record<string, unknown>) {
    super(problem.detail);
    this.name = "ApiProblem";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.requestId = typeof problem.request_id === "string" ? problem.request_id : null;
    this.fields = problem;
  }

  /** The request never got an answer: no network, or no server. */
  get isOffline(): boolean {
    return this.code === OFFLINE;
  }

  /** Trying the same again may help: nobody refused it. */
  get isPassing(): boolean {
    return this.isOffline || this.status >= 500 || this.status === 429;
  }

  /** What to do now, where the words told of an emergency; it comes even when the turn failed. */
  get safety(): Safety | null {
    return (this.fields.safety as Safety | undefined) ?? null;
  }

  /** Seconds to wait before another try, where the server said. */
  get retryAfter(): number | null {
    return typeof this.fields.retry_after === "number" ? this.fields.retry_after : null;
  }
}

const OFFLINE = "offline";

export function offline(): ApiProblem {
  return new ApiProblem({ status: 0, code: OFFLINE, title: "No connection", detail: "" });
}

/** Makes an answer's body the problem that it describes; an answer that has none (a proxy's) becomes one. */
export function problemOf(status: number, body: unknown): ApiProblem {
  if (isProblem(body)) return new ApiProblem(body);
  return new ApiProblem({ status, code: "unexpected-answer", title: "", detail: "" });
}

function isProblem(body: unknown): body is Problem & Record<string, unknown> {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body && "status" in body;
}
