import { useSyncExternalStore } from "react";
import { idempotencyKey } from "../../api/client";
import type { ApiProblem, Safety } from "../../api/problem";
import { reload } from "../../api/reload";
import { onForget } from "../../api/session";
import { queries } from "../../app/queries";
import { type Said, sendTurn } from "./sendTurn";

/**
 * What the patient has said and the server has not answered yet. In memory alone: words of a patient are never written
 * to the browser's storage. Each message keeps its Idempotency-Key, so that sending it again says nothing twice.
 */
export interface Outgoing {
  key: string;
  body: Said;
  /** What is shown as said. */
  said: string;
  state: "sending" | "waiting" | "refused" | "answered";
  /** What has come of the reply so far. */
  reply: string;
  replyId: string | null;
  safety: Safety | null;
  problem: ApiProblem | null;
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
const NOTHING: readonly Outgoing[] = [];

let queues: ReadonlyMap<string, readonly Outgoing[]> = new Map();
const listeners = new Set<() => void>();
const busy = new Set<string>();
const timers = new Map<string, number>();
const waits = new Map<string, number>();

function put(conversation: string, items: readonly Outgoing[]): void {
  const changed = new Map(queues);
  if (items.length) changed.set(conversation, items);
  else changed.delete(conversation);
  queues = changed;
  for (const listener of listeners) listener();
}

function change(conversation: string, key: string, fields: Partial<Outgoing>): void {
  put(
    conversation,
    of(conversation).map((item) => (item.key === key ? { ...item, ...fields } : item)),
  );
}

function of(conversation: string): readonly Outgoing[] {
  return queues.get(conversation) ?? NOTHING;
}

/** Says something in a conversation; it is sent as soon as what was said before has been answered. */
export function say(conversation: string, body: Said, said: string): void {
  const item: Outgoing = {
    key: idempotencyKey(),
    body,
    said,
    state: "sending",
    reply: "",
    replyId: null,
    safety: null,
    problem: null,
  };
  put(conversation, [...of(conversation), item]);
  void pump(conversation);
}

/** Tries again at once. */
export function sendAgain(conversation: string): void {
  window.clearTimeout(timers.get(conversation));
  waits.delete(conversation);
  void pump(conversation);
}

/** Takes a message out: it was answered and is shown from the server, or the patient gave it up. */
export function remove(conversation: string, key: string): void {
  put(
    conversation,
    of(conversation).filter((item) => item.key !== key),
  );
}

/** Forgets everything: somebody signed out. */
function clearOutbox(): void {
  for (const timer of timers.values()) window.clearTimeout(timer);
  queues = new Map();
  waits.clear();
  for (const listener of listeners) listener();
}

export function hasUnsent(): boolean {
  return [...queues.values()].flat().some((item) => item.state === "sending" || item.state === "waiting");
}

export function useOutbox(conversation: string): readonly Outgoing[] {
  return useSyncExternalStore(subscribe, () => of(conversation));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

async function pump(conversation: string): Promise<void> {
  if (busy.has(conversation)) return;
  busy.add(conversation);
  try {
    for (let item = next(conversation); item; item = next(conversation)) {
      if (!(await delivered(conversation, item))) break;
    }
  } finally {
    busy.delete(conversation);
  }
}

function next(conversation: string): Outgoing | undefined {
  return of(conversation).find((item) => item.state === "sending" || item.state === "waiting");
}

/** Sends one message; false where the queue has to wait. */
async function delivered(conversation: string, { key, body }: Outgoing): Promise<boolean> {
  change(conversation, key, { state: "sending", reply: "", problem: null });
  let reply = "";
  const outcome = await sendTurn(conversation, key, body, {
    safety: (safety) => change(conversation, key, { safety }),
    reply: (part) => {
      reply += part;
      change(conversation, key, { reply });
    },
  });
  if (outcome.turn) {
    waits.delete(conversation);
    change(conversation, key, {
      state: "answered",
      reply: outcome.turn.reply.text,
      replyId: outcome.turn.reply.id,
    });
    // Not left to the stream of changes, which may be broken just now.
    void reload(queries, ["conversation", conversation]);
    void reload(queries, ["conversations"]);
    return true;
  }
  const { problem } = outcome;
  const safety = problem.safety ?? of(conversation).find((item) => item.key === key)?.safety ?? null;
  const passes = problem.isPassing || problem.status === 401;
  change(conversation, key, { state: passes ? "waiting" : "refused", problem, safety, reply: "" });
  if (passes) retryLater(conversation, problem.retryAfter);
  return !passes;
}

function retryLater(conversation: string, seconds: number | null): void {
  const wait = seconds ? seconds * 1000 : (waits.get(conversation) ?? FIRST_WAIT_MS);
  waits.set(conversation, Math.min(wait * 2, LONGEST_WAIT_MS));
  window.clearTimeout(timers.get(conversation));
  timers.set(
    conversation,
    window.setTimeout(() => void pump(conversation), wait),
  );
}

onForget(clearOutbox);

window.addEventListener("online", () => {
  for (const conversation of queues.keys()) sendAgain(conversation);
});
