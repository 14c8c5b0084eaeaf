import { Button, Group, Loader } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { explain } from "../../ui/explain";
import classes from "./Message.module.css";
import { type Outgoing, remove, sendAgain } from "./outbox";
import { ReplyText } from "./ReplyText";
import own from "./Sending.module.css";

interface SendingProps {
  conversation: string;
  item: Outgoing;
  /** Puts the words back where they were typed. */
  onEdit: (text: string) => void;
}

/** What was just said, and what has come of its reply. Where it did not get through, what to do. */
export function Sending({ conversation, item, onEdit }: SendingProps) {
  const { t } = useTranslation("assistant");
  const { t: common } = useTranslation();
  const words = "text" in item.body ? item.body.text : "";
  const edit = () => {
    remove(conversation, item.key);
    if (words) onEdit(words);
  };
  return (
    <>
      <div className={classes.own}>
        <div className={classes.ownBubble}>
          <span className="visually-hidden">{t("author.patient")}: </span>
          {item.said}
        </div>
      </div>
      {item.reply !== "" && (
        <div className={classes.other}>
          <div className={classes.author}>{t("author.assistant")}</div>
          <ReplyText text={item.reply} citations={[]} />
        </div>
      )}
      {item.state === "sending" && item.reply === "" && (
        <div className={own.status}>
          <Loader size="sm" type="dots" aria-hidden />
          {t("sending")}
        </div>
      )}
      {item.state === "waiting" && (
        <div className={own.waiting}>
          <IconCloudOff size={20} aria-hidden />
          <span>{t("notSent")}</span>
          <Button variant="default" onClick={() => sendAgain(conversation)}>
            {t("sendAgain")}
          </Button>
        </div>
      )}
      {item.state === "refused" && (
        <div className={own.refused} role="alert">
          <strong>{explain(item.problem, common).title}</strong>
          <span>{explain(item.problem, common).detail}</span>
          <Group gap="xs">
            <Button variant="default" onClick={edit}>
              {t(words ? "edit" : "dismiss")}
            </Button>
          </Group>
        </div>
      )}
    </>
  );
}
