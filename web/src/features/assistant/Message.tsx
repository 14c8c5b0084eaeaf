import { Button } from "@mantine/core";
import { IconPencil, IconStethoscope } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { MessageOut } from "../../api/schema";
import { When } from "../../ui/When";
import classes from "./Message.module.css";
import { ReplyText } from "./ReplyText";

interface MessageProps {
  message: MessageOut;
  /** Its question stands below in a card of its own. */
  asksNow: boolean;
  /** What the care card below says already. */
  onCard?: ReadonlySet<string>;
  /** Takes this answer back, to be asked again; absent where it can't be. */
  onChange?: () => void;
}

/** One message: the patient's own at the end of the line, the others' at its start with who speaks. */
export function Message({ message, asksNow, onCard, onChange }: MessageProps) {
  const { t } = useTranslation("assistant");
  const { author, question } = message;
  if (author === "patient") {
    return (
      <div className={classes.own}>
        <div className={classes.ownBubble}>
          <span className="visually-hidden">{t("author.patient")}: </span>
          {message.text}
        </div>
        {onChange && (
          <Button
            variant="subtle"
            className={classes.change}
            leftSection={<IconPencil size={16} />}
            onClick={onChange}
          >
            {t("change")}
          </Button>
        )}
      </div>
    );
  }
  const isStaff = author !== "assistant";
  return (
    <div className={isStaff ? classes.staff : classes.other}>
      <div className={classes.author}>
        {isStaff && <IconStethoscope size={18} aria-hidden />}
        <span>
          {isStaff ? t(`author.${author}`, { name: message.author_name ?? "" }) : t("author.assistant")}
        </span>
        {isStaff && <When at={message.created_at} />}
      </div>
      {message.retracted ? (
        <p className={classes.retracted}>{t("retracted")}</p>
      ) : (
        <ReplyText text={message.text} citations={message.citations ?? []} onCard={onCard} />
      )}
      {question && !asksNow && <p className={classes.asked}>{question.text}</p>}
    </div>
  );
}
