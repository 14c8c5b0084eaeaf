import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Answer, ItemView } from "../../../api/schema";
import { When } from "../../../ui/When";
import { Refused } from "../Refused";
import { useAnswer } from "./queries";
import classes from "./Rounds.module.css";

interface AnswerFormProps {
  round: string;
  entry: ItemView;
  question: string;
}

/** What only a person can answer: done or not, with a note. What was answered can be answered anew. */
export function AnswerForm({ round, entry, question }: AnswerFormProps) {
  const { t } = useTranslation("rounds");
  const [again, setAgain] = useState(false);
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  const answer = useAnswer(round, entry.item, () => {
    setAgain(false);
    setNote("");
  });
  const send = (given: Answer) => {
    const wanting = given === "not_done" && note.trim() === "";
    setMissing(wanting);
    if (!wanting) answer.mutate({ answer: given, note: note.trim() });
  };
  return (
    <fieldset className={classes.ask}>
      <legend className={classes.text}>{question}</legend>
      {entry.how && <p className={classes.how}>{entry.how}</p>}
      {entry.answer && entry.answered_at && (
        <p className={classes.text}>
          <strong>{t(`answer.${entry.answer}`)}</strong>, {entry.answered_by_name},{" "}
          <When at={entry.answered_at} />
          {entry.note && `. ${entry.note}`}
        </p>
      )}
      {entry.open || again ? (
        <>
          <Textarea
            label={t("note")}
            description={t("noteHelp")}
            error={missing && t("noteMissing")}
            maxLength={2000}
            rows={2}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <div className={classes.acts}>
            <Button onClick={() => send("done")} loading={answer.isPending}>
              {t("answer.done")}
            </Button>
            <Button variant="default" onClick={() => send("not_done")} disabled={answer.isPending}>
              {t("answer.not_done")}
            </Button>
          </div>
        </>
      ) : (
        <div className={classes.acts}>
          <Button variant="default" size="compact-sm" onClick={() => setAgain(true)}>
            {t("again")}
          </Button>
        </div>
      )}
      <Refused error={answer.error} />
    </fieldset>
  );
}
