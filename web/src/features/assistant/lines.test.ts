import { expect, test } from "vitest";
import type { MessageOut, Question } from "../../api/schema";
import { linesOf, openQuestion, partsOf } from "./lines";
import type { Outgoing } from "./outbox";

const QUESTION: Question = { id: "q1", text: "Is it?", choices: [], why: "Because.", red_flag: false };

function message(id: string, author: MessageOut["author"], question: Question | null = null): MessageOut {
  const when = "2026-11-22T12:00:00Z";
  return {
    id,
    conversation_id: "c",
    ordinal: 1,
    author,
    author_name: null,
    text: id,
    citations: [],
    question,
    in_reply_to: null,
    retracted: false,
    created_at: when,
  };
}

function outgoing(replyId: string | null = null): Outgoing {
  return {
    key: "k",
    body: { text: "m" },
    said: "m",
    state: replyId ? "answered" : "sending",
    reply: "",
    replyId,
    safety: null,
    problem: null,
  };
}

test("a message on its way is not shown a second time when the server has it already", () => {
  const lines = linesOf([message("a", "assistant"), message("m", "patient")], [outgoing()]);
  expect(lines.messages.map(({ id }) => id)).toEqual(["a"]);
  expect(lines.outgoing).toHaveLength(1);
});

test("an answered message goes when the server's reply is shown", () => {
  expect(linesOf([message("m", "patient"), message("r", "assistant")], [outgoing("r")]).outgoing).toEqual([]);
});

test("a question is open until something is said to it", () => {
  const asked = [message("m", "patient"), message("r", "assistant", QUESTION)];
  expect(openQuestion(linesOf(asked, []))).toBe(QUESTION);
  expect(openQuestion(linesOf(asked, [outgoing()]))).toBeNull();
  expect(openQuestion(linesOf([...asked, message("n", "patient")], []))).toBeNull();
  expect(openQuestion(linesOf([], []))).toBeNull();
});

test("answered questions in a row are one list; what says more stands by itself", () => {
  const long = { ...message("l", "assistant", QUESTION), text: "A nurse has your case. ".repeat(9) };
  const messages = [
    message("m", "patient"),
    long,
    message("n", "patient"),
    message("r", "assistant", QUESTION),
    message("o", "patient"),
    message("s", "assistant", QUESTION),
    message("p", "patient"),
    message("t", "assistant", QUESTION),
  ];
  const parts = partsOf(messages).map((part) =>
    "pairs" in part ? part.pairs.map(({ answer }) => answer.id) : [part.message.id, part.answers?.id ?? null],
  );
  expect(parts).toEqual([
    ["m", null],
    ["l", null],
    ["n", "q1"],
    ["o", "p"],
    ["t", null],
  ]);
});

test("a reply with sources is never folded into a list", () => {
  const sourced = {
    ...message("r", "assistant", QUESTION),
    citations: [{ number: 1, passage_id: "p", title: "t", quote: "q" }],
  };
  expect(partsOf([sourced, message("m", "patient")])).toHaveLength(2);
});
