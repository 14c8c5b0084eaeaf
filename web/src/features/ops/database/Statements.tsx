import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Database.module.css";

interface StatementsProps {
  /** What they mend, for whoever hears the button's name. */
  of: string;
  lines: readonly string[];
}

/** Statements to read and to copy. Nothing here runs them. */
export function Statements({ of, lines }: StatementsProps) {
  const { t } = useTranslation("database");
  const clipboard = useClipboard({ timeout: 4000 });
  if (lines.length === 0) return null;
  return (
    <div className={classes.statements}>
      <pre className={classes.statement}>
        <code>{lines.join("\n")}</code>
      </pre>
      <Button
        size="xs"
        variant="default"
        leftSection={
          clipboard.copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
        }
        aria-label={t(clipboard.copied ? "sql.copiedOf" : "sql.copyOf", { of })}
        onClick={() => clipboard.copy(lines.join("\n"))}
      >
        {t(clipboard.copied ? "sql.copied" : "sql.copy")}
      </Button>
    </div>
  );
}
