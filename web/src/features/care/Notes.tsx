import { Button, Textarea, Title } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { idempotencyKey } from "../../api/client";
import type { AssessmentDetail } from "../../api/schema";
import { When } from "../../ui/When";
import { useAddNote } from "./actions";
import classes from "./Patient.module.css";
import { Problem } from "./Problem";
import { useShortcuts } from "./shortcuts";

const NOTE_LONGEST = 4000;

/** What colleagues noted; patients never see it. What is typed stays until it is kept. */
export function Notes({ found, onOpen }: { found: AssessmentDetail; onOpen: () => void }) {
  const { t } = useTranslation("care");
  const add = useAddNote(found.id);
  const [text, setText] = useState("");
  const [key, setKey] = useState(idempotencyKey);
  const field = useRef<HTMLTextAreaElement>(null);
  useShortcuts({
    n: () => {
      onOpen();
      // Behind a tab it is drawn only now.
      requestAnimationFrame(() => requestAnimationFrame(() => field.current?.focus()));
    },
  });
  const save = () => {
    if (!text.trim() || add.isPending) return;
    add.mutate(
      { text, key },
      {
        onSuccess: () => {
          setText("");
          setKey(idempotencyKey());
        },
      },
    );
  };
  const keys = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save();
    } else if (event.key === "Escape") event.currentTarget.blur();
  };
  return (
    <section className={classes.card} aria-labelledby="notes">
      <Title order={2} id="notes" className={classes.title}>
        {t("notes.title")}
      </Title>
      <ul className={classes.notes}>
        {found.notes.map((note) => (
          <li key={note.id}>
            <p className={classes.noteText}>{note.text}</p>
            <p className={classes.dim}>
              {note.author_name} · <When at={note.created_at} />
            </p>
          </li>
        ))}
      </ul>
      <Textarea
        ref={field}
        label={t("notes.label")}
        description={t("notes.help")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={keys}
        maxLength={NOTE_LONGEST}
        autosize
        minRows={2}
        maxRows={8}
        aria-keyshortcuts="n"
      />
      <Problem error={add.error} />
      <Button
        variant="default"
        onClick={save}
        loading={add.isPending}
        disabled={!text.trim()}
        className={classes.save}
      >
        {t("notes.save")}
      </Button>
    </section>
  );
}
