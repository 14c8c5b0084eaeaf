import { ActionIcon } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Question } from "../../api/schema";
import classes from "./Answers.module.css";
import type { Pair } from "./lines";

/** Questions with their answers, a line each; every answer can be changed while the case is not decided. */
export function Answers({
  pairs,
  onChange,
}: {
  pairs: readonly Pair[];
  onChange?: (question: Question) => void;
}) {
  const { t } = useTranslation("assistant");
  return (
    <ul className={classes.answers}>
      {pairs.map(({ question, answer }) => (
        <li key={answer.id} className={classes.pair}>
          <span className={classes.question}>{question.text}</span>
          <span className={classes.answer}>{answer.text}</span>
          {onChange && (
            <ActionIcon
              variant="subtle"
              size="var(--target)"
              aria-label={t("changeOf", { question: question.text })}
              title={t("change")}
              onClick={() => onChange(question)}
            >
              <IconPencil size={18} aria-hidden />
            </ActionIcon>
          )}
        </li>
      ))}
    </ul>
  );
}
