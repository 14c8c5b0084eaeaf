import { expect, test } from "vitest";
import { type ServerEvent, serverEvents } from "./stream";

async function read(...chunks: string[]): Promise<ServerEvent[]> {
  const bytes = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(bytes.encode(chunk));
      controller.close();
    },
  });
  const found: ServerEvent[] = [];
  for await (const event of serverEvents(body)) found.push(event);
  return found;
}

test("an event that comes in pieces is one event", async () => {
  expect(await read("event: re", 'ply\ndata: {"te', 'xt":"a"}\n', "\nevent: done\ndata: {}\n\n")).toEqual([
    { name: "reply", data: '{"text":"a"}' },
    { name: "done", data: "{}" },
  ]);
});

test("what is cut off in its middle is no event", async () => {
  expect(await read("event: done\ndata: {}")).toEqual([]);
});

test("comments and blank lines are passed over; several data lines are one text", async () => {
  expect(await read(": still here\n\n\n\ndata: a\ndata: b\r\n\r\n")).toEqual([
    { name: "message", data: "a\nb" },
  ]);
});

test("a letter of several bytes that two pieces share is whole", async () => {
  const bytes = new TextEncoder().encode("data: é\n\n");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.slice(0, 7));
      controller.enqueue(bytes.slice(7));
      controller.close();
    },
  });
  const found: ServerEvent[] = [];
  for await (const event of serverEvents(body)) found.push(event);
  expect(found).toEqual([{ name: "message", data: "é" }]);
});
