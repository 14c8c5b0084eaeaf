import { Button } from "@mantine/core";
import { IconHelpCircle } from "@tabler/icons-react";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Question } from "../../api/schema";
import classes from "./QuestionCard.module.css";

const UNKNOWN = "unknown";

interface QuestionCardProps {
  question: Question;
  onAnswer: (choice: string, label: string) => void;
}

/** One question: its choices as buttons, why it is asked, and "I don't know" apart from the answers. */
export function QuestionCard({ question, onAnswer }: QuestionCardProps) {
  const { t } = useTranslation("assistant");
  const [showsWhy, setShowsWhy] = useState(false);
  const id = useId();
  const text = useRef<HTMLHeadingElement>(null);
  // The button that was pressed is gone with its question: whoever uses the keyboard goes on from here.
  useEffect(() => {
    if (document.activeElement === document.body) text.current?.focus({ preventScroll: true });
  }, []);
  const unknown = question.choices.find(({ value }) => value === UNKNOWN);
  const choices = question.choices.filter(({ value }) => value !== UNKNOWN);
  return (
    <section className={classes.card} aria-labelledby={id}>
      <h2 id={id} ref={text} tabIndex={-1} className={classes.question}>
        {question.text}
      </h2>
      <div className={classes.choices}>
        {choices.map(({ value, label }) => (
          <Button
            key={value}
            variant="outline"
            className={classes.choice}
            onClick={() => onAnswer(value, label)}
          >
            {label}
          </Button>
        ))}
        <Button
          variant="default"
          className={classes.choice}
          onClick={() => onAnswer(UNKNOWN, unknown?.label ?? t("question.unknown"))}
        >
          {unknown?.label ?? t("question.unknown")}
        </Button>
      </div>
      <p className={classes.hint}>{t("question.hint")}</p>
      <Button
        variant="subtle"
        className={classes.why}
        leftSection={<IconHelpCircle size={18} aria-hidden />}
        aria-expanded={showsWhy}
        aria-controls={`${id}-why`}
        onClick={() => setShowsWhy(!showsWhy)}
      >
        {t("question.why")}
      </Button>
      <div id={`${id}-why`} hidden={!showsWhy} className={classes.reason}>
        <p>{question.why}</p>
        <p>{t("question.whyAll")}</p>
      </div>
    </section>
  );
}
