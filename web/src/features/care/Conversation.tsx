import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AssessmentDetail, Mark, MessageOut } from "../../api/schema";
import { When } from "../../ui/When";
import classes from "./Conversation.module.css";
import { pieces } from "./marked";

/** What was said, the patient's words in front; each question stands beside its answer. */
export function Conversation({ found, rule }: { found: AssessmentDetail; rule: string | null }) {
  const { t } = useTranslation("care");
  return (
    <section aria-labelledby="said" className={classes.said}>
      <Title order={2} id="said" className={classes.title}>
        {t("said.title")}
      </Title>
      <ol className={classes.messages}>
        {found.messages.map((message) => (
          <Message
            key={message.id}
            message={message}
            marks={found.marks.filter((mark) => mark.message_id === message.id)}
            rule={rule}
          />
        ))}
      </ol>
    </section>
  );
}

interface MessageProps {
  message: MessageOut;
  marks: Mark[];
  rule: string | null;
}

function Message({ message, marks, rule }: MessageProps) {
  const { t } = useTranslation("care");
  const author = message.author_name ?? t(`said.by.${message.author}`);
  return (
    <li className={classes.message} data-author={message.author}>
      <p className={classes.author}>
        <strong>{author}</strong> <When at={message.created_at} />
      </p>
      {message.retracted ? (
        <p className={classes.retracted}>{t("said.retracted")}</p>
      ) : message.author === "assistant" ? (
        <Assistants message={message} />
      ) : (
        <p className={classes.text}>
          <Marked text={message.text} marks={marks} rule={rule} />
        </p>
      )}
    </li>
  );
}

/** Of Bedside's own words a nurse reads the question; the rest unfolds. */
function Assistants({ message }: { message: MessageOut }) {
  const { t } = useTranslation("care");
  const question = message.question?.text;
  const rest = question ? message.text.replace(question, "").trim() : message.text;
  return (
    <>
      {question && <p className={classes.question}>{question}</p>}
      {rest && (
        <details className={classes.rest}>
          <summary>{t("said.whole")}</summary>
          <p className={classes.text}>{rest}</p>
        </details>
      )}
    </>
  );
}

function Marked({ text, marks, rule }: { text: string; marks: Mark[]; rule: string | null }) {
  let place = 0;
  return pieces(text, marks).map((piece) => {
    const key = place;
    place += piece.text.length;
    if (piece.rules.length === 0) return <span key={key}>{piece.text}</span>;
    return (
      <mark
        key={key}
        className={classes.mark}
        data-level={piece.level}
        data-rules={piece.rules.join(" ")}
        data-on={(rule !== null && piece.rules.includes(rule)) || undefined}
      >
        {piece.text}
      </mark>
    );
  });
}
