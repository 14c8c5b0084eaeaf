import { renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { hasUnsent, remove, say, sendAgain, useOutbox } from "./outbox";

const TURN = { reply: { id: "r1", text: "Rest.", citations: [] }, question: null, assessment: null };

function stream(...events: [string, unknown][]): Response {
  const text = events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

let conversation = "";
let keys: (string | null)[] = [];
let answers: (() => Response | Promise<Response>)[] = [];

beforeEach(() => {
  conversation = crypto.randomUUID();
  keys = [];
  answers = [];
  vi.stubGlobal(
    "Request",
    class extends Request {
      constructor(path: string, options: RequestInit) {
        super(new URL(path, "http://bedside.test"), options);
      }
    },
  );
  vi.stubGlobal("fetch", async (request: Request) => {
    keys.push(request.headers.get("idempotency-key"));
    const answer = answers.shift();
    if (!answer) throw new TypeError("no network");
    return answer();
  });
});

test("what was not answered is sent again with the same key", async () => {
  const { result } = renderHook(() => useOutbox(conversation));
  say(conversation, { text: "m" }, "m");
  await waitFor(() => expect(result.current[0]?.state).toBe("waiting"));
  expect(hasUnsent()).toBe(true);
  answers = [() => stream(["reply", { id: "r1", text: "Rest." }], ["done", TURN])];
  sendAgain(conversation);
  await waitFor(() =>
    expect(result.current[0]).toMatchObject({ state: "answered", replyId: "r1", reply: "Rest." }),
  );
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
  remove(conversation, keys[0] ?? "");
  await waitFor(() => expect(result.current).toEqual([]));
});

test("a turn that breaks off counts as not sent, and keeps the safety advice that came first", async () => {
  const safety = { level: "emergency", advice: ["Call 112."], reasons: [] };
  answers = [() => stream(["safety", safety], ["reply", { id: "r1", text: "Re" }])];
  const { result } = renderHook(() => useOutbox(conversation));
  say(conversation, { text: "m" }, "m");
  await waitFor(() => expect(result.current[0]?.state).toBe("waiting"));
  expect(result.current[0]).toMatchObject({ safety, reply: "" });
  remove(conversation, result.current[0]?.key ?? "");
});

test("what the server refuses is not sent again by itself, and what comes after it is", async () => {
  const refused = { status: 422, code: "bad-input", title: "No", detail: "Too long.", safety: null };
  answers = [
    () =>
      new Response(JSON.stringify(refused), {
        status: 422,
        headers: { "content-type": "application/problem+json" },
      }),
    () => stream(["done", TURN]),
  ];
  const { result } = renderHook(() => useOutbox(conversation));
  say(conversation, { text: "a" }, "a");
  say(conversation, { text: "b" }, "b");
  await waitFor(() => expect(result.current.map(({ state }) => state)).toEqual(["refused", "answered"]));
  expect(result.current[0]?.problem?.message).toBe("Too long.");
});
