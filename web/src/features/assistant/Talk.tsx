import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ConversationDetail, Question } from "../../api/schema";
import { Answers } from "./Answers";
import { CareCard, saidOnCard } from "./CareCard";
import { Composer } from "./Composer";
import classes from "./ConversationPage.module.css";
import { useDraft } from "./drafts";
import { linesOf, openQuestion, partsOf } from "./lines";
import { Message } from "./Message";
import { remove, say, sendAgain, useOutbox } from "./outbox";
import { QuestionCard } from "./QuestionCard";
import { isBeingAnswered } from "./queries";
import { SafetyAlert } from "./SafetyAlert";
import { Sending } from "./Sending";
import { SentToNurse } from "./SentToNurse";
import { useNewest } from "./useNewest";

/** The talk itself. What is on its way is shown with what the server has (lines.ts). */
export function Talk({ conversation }: { conversation: ConversationDetail }) {
  const { t } = useTranslation("assistant");
  const { id, messages, assessment, status } = conversation;
  const outbox = useOutbox(id);
  const lines = linesOf(messages, outbox);
  const question = openQuestion(lines);
  const isOpen = status === "open";
  // One that is answered stays here until the server has told the whole of it: its question is yet to come.
  const isBusy =
    lines.outgoing.some(({ state }) => state === "sending" || state === "answered") ||
    isBeingAnswered(conversation);
  const [draft, setDraft] = useDraft(id);
  const field = useRef<HTMLTextAreaElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was kept in memory is sent when the page comes back
  useEffect(() => {
    if (outbox.some(({ state }) => state === "waiting")) sendAgain(id);
  }, [id]);
  useEffect(() => {
    for (const { key, replyId } of outbox) {
      if (replyId && messages.some((message) => message.id === replyId)) remove(id, key);
    }
  }, [id, outbox, messages]);

  const answer = (asked: Question) => (choice: string, label: string) =>
    say(id, { question_id: asked.id, choice }, label);
  const takeBack = (asked: Question) =>
    say(id, { change: asked.id }, t("changing", { question: asked.text }));
  const parts = partsOf(lines.messages);
  const canChange = isOpen && !isBusy && assessment?.status !== "decided";
  const showsCard = !question && lines.outgoing.length === 0 && !isBusy && assessment?.status !== "withdrawn";
  const onCard = useMemo(() => saidOnCard(assessment), [assessment]);
  const safety = lines.outgoing.findLast(({ safety }) => safety)?.safety;
  const isEmergencyNow = assessment?.level === "emergency" && assessment.status !== "decided";
  const alert = safety?.advice ?? (isEmergencyNow && question ? assessment.advice : null);
  const last = lines.outgoing.at(-1)?.key ?? lines.messages.at(-1)?.id ?? "";
  // In an emergency what to do comes before what is said about it.
  const place = alert ? "alert" : showsCard && isEmergencyNow ? "card" : "log";
  const { newest, end } = useNewest(`${place} ${last} ${showsCard}`, outbox.at(-1)?.key);

  return (
    <>
      <div role="log" aria-label={t("conversation.log")} aria-busy={isBusy} className={classes.log}>
        {parts.map((part, number) => {
          const isLast = number === parts.length - 1;
          const ref = place === "log" && isLast && lines.outgoing.length === 0 ? newest : undefined;
          return "pairs" in part ? (
            <div key={part.pairs[0]?.answer.id} ref={ref}>
              <Answers pairs={part.pairs} onChange={canChange ? takeBack : undefined} />
            </div>
          ) : (
            <div key={part.message.id} ref={ref}>
              <Message
                message={part.message}
                asksNow={question !== null && isLast}
                onCard={showsCard ? onCard : undefined}
                onChange={part.answers && canChange ? () => takeBack(part.answers as Question) : undefined}
              />
            </div>
          );
        })}
        {lines.outgoing.map((item, number) => (
          <div
            key={item.key}
            ref={place === "log" && number === lines.outgoing.length - 1 ? newest : undefined}
            className={classes.sending}
          >
            <Sending
              conversation={id}
              item={item}
              onEdit={(text) => {
                setDraft(text);
                field.current?.focus();
              }}
            />
          </div>
        ))}
        {question && isOpen && (
          <QuestionCard key={messages.at(-1)?.id} question={question} onAnswer={answer(question)} />
        )}
      </div>
      <div className={classes.below} ref={end}>
        {alert && (
          <div ref={place === "alert" ? newest : undefined}>
            <SafetyAlert advice={alert} />
          </div>
        )}
        {assessment && showsCard && (
          <div ref={place === "card" ? newest : undefined}>
            <CareCard assessment={assessment} />
          </div>
        )}
        {assessment && <SentToNurse assessment={assessment} />}
      </div>
      {isOpen ? (
        <div className={`${classes.composer} not-printed`}>
          <Composer
            field={field}
            text={draft}
            onText={setDraft}
            onSend={(text) => {
              setDraft("");
              say(id, { text }, text);
            }}
            label={t(question ? "composer.answer" : "composer.label")}
            placeholder={t(question ? "composer.answer" : "composer.placeholder")}
            action={t("composer.send")}
          />
        </div>
      ) : (
        <p className={classes.hint}>
          {t("conversation.closed")}{" "}
          <Button component={Link} to="/conversations" variant="subtle">
            {t("conversation.new")}
          </Button>
        </p>
      )}
    </>
  );
}
