import type { MessageOut, Question } from "../../api/schema";
import type { Outgoing } from "./outbox";

/** What a conversation shows: what the server has, then what it has not answered yet. */
export interface Lines {
  messages: readonly MessageOut[];
  outgoing: readonly Outgoing[];
}

/** Joins the two so that nothing shows twice: a message on its way may have reached the server, or its reply us. */
export function linesOf(messages: readonly MessageOut[], outbox: readonly Outgoing[]): Lines {
  const outgoing = outbox.filter(({ replyId }) => !replyId || !messages.some(({ id }) => id === replyId));
  if (outgoing.length === 0) return { messages, outgoing };
  let end = messages.length;
  while (end > 0 && messages[end - 1]?.author === "patient") end -= 1;
  return { messages: messages.slice(0, end), outgoing };
}

/** The question that awaits an answer: the last word was the assistant's, and it asked. */
export function openQuestion({ messages, outgoing }: Lines): Question | null {
  return outgoing.length ? null : (messages.at(-1)?.question ?? null);
}

/** A question with its answer. */
export interface Pair {
  question: Question;
  answer: MessageOut;
}

/** A message by itself, perhaps the answer to a question; or questions and answers in a row, which are drawn as one list. */
export type Part = { message: MessageOut; answers: Question | null } | { pairs: Pair[] };

// "5 questions are left at most." is of no use once the question is answered; what says more stands as it was said.
const SHORT_ASKING = 120;
const SHORT_ANSWER = 100;

/** Groups messages so that ten answered questions are ten lines. */
export function partsOf(messages: readonly MessageOut[]): Part[] {
  const parts: Part[] = [];
  for (let place = 0; place < messages.length; place += 1) {
    const message = messages[place] as MessageOut;
    const answer = messages[place + 1];
    const question = message.question;
    if (question && answer?.author === "patient" && isShort(message, answer)) {
      const last = parts.at(-1);
      if (last && "pairs" in last) last.pairs.push({ question, answer });
      else parts.push({ pairs: [{ question, answer }] });
      place += 1;
    } else {
      const before = message.author === "patient" ? messages[place - 1]?.question : null;
      parts.push({ message, answers: before ?? null });
    }
  }
  return parts;
}

function isShort(asking: MessageOut, answer: MessageOut): boolean {
  return (
    !asking.citations?.length && asking.text.length <= SHORT_ASKING && answer.text.length <= SHORT_ANSWER
  );
}
