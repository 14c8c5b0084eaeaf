import { ApiProblem, offline, problemOf, type Safety } from "../../api/problem";
import type { TurnOut } from "../../api/schema";
import { PAGE_HEADERS, send } from "../../api/send";
import { serverEvents } from "./stream";

/** What a patient says: words, a choice of a question, or that an answer is to be asked for again. */
export type Said = { text: string } | { question_id: string; choice: string } | { change: string };

/** What is told while a turn is under way. */
export interface Progress {
  safety: (safety: Safety) => void;
  reply: (part: string) => void;
}

export type Outcome = { turn: TurnOut; problem?: never } | { turn?: never; problem: ApiProblem };

/** Sends one message and reads the turn as it comes. An answer that breaks off counts as none: it is sent again. */
export async function sendTurn(
  conversation: string,
  key: string,
  body: Said,
  progress: Progress,
): Promise<Outcome> {
  const request = new Request(`/api/conversations/${conversation}/messages`, {
    method: "POST",
    headers: {
      ...PAGE_HEADERS,
      "content-type": "application/json",
      accept: "text/event-stream",
      "idempotency-key": key,
    },
    body: JSON.stringify(body),
  });
  try {
    const answer = await send(request);
    if (!answer.ok || !answer.body) {
      return { problem: problemOf(answer.status, await answer.json().catch(() => null)) };
    }
    return await turnOf(answer.body, progress);
  } catch (error) {
    return { problem: error instanceof ApiProblem ? error : offline() };
  }
}

async function turnOf(body: ReadableStream<Uint8Array>, progress: Progress): Promise<Outcome> {
  for await (const { name, data } of serverEvents(body)) {
    const value = JSON.parse(data);
    if (name === "safety") progress.safety(value);
    if (name === "reply") progress.reply(value.text);
    if (name === "error") return { problem: problemOf(value.status, value) };
    if (name === "done") return { turn: value };
  }
  return { problem: offline() };
}
