import { Button, Textarea } from "@mantine/core";
import { IconSend2 } from "@tabler/icons-react";
import type { FormEvent, KeyboardEvent, Ref } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Composer.module.css";

export const LONGEST_MESSAGE = 4000;
const NEARLY = 3600;

interface ComposerProps {
  text: string;
  onText: (text: string) => void;
  onSend: (text: string) => void;
  label: string;
  placeholder: string;
  action: string;
  busy?: boolean;
  rows?: number;
  field?: Ref<HTMLTextAreaElement>;
}

/** Room to write. Enter sends where there is a keyboard, Shift and Enter begin a line; on a phone Enter begins a line. */
export function Composer({
  text,
  onText,
  onSend,
  label,
  placeholder,
  action,
  busy,
  rows = 1,
  field,
}: ComposerProps) {
  const { t } = useTranslation("assistant");
  const send = () => {
    const said = text.trim();
    if (said && said.length <= LONGEST_MESSAGE) onSend(said);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    if (window.matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    send();
  };
  const left = LONGEST_MESSAGE - text.length;
  return (
    <form
      className={classes.composer}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
    >
      <Textarea
        ref={field}
        aria-label={label}
        placeholder={placeholder}
        autosize
        minRows={rows}
        maxRows={8}
        size="md"
        variant="unstyled"
        classNames={{ root: classes.field, input: classes.input }}
        value={text}
        error={left < 0 ? t("composer.tooLong", { count: -left }) : undefined}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={pressed}
      />
      <div className={classes.end}>
        {text.length > NEARLY && left >= 0 && (
          <span className={classes.left}>{t("composer.left", { count: left })}</span>
        )}
        <Button
          type="submit"
          className={classes.send}
          rightSection={<IconSend2 size={18} aria-hidden />}
          disabled={!text.trim() || left < 0}
          loading={busy}
        >
          {action}
        </Button>
      </div>
    </form>
  );
}
