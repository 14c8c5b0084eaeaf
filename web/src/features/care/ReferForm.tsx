import { Button, Textarea } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AssessmentDetail } from "../../api/schema";
import { useRefer } from "./actions";
import classes from "./Decision.module.css";
import { Problem } from "./Problem";

const REASON_LONGEST = 1000;

/** Gives the case to the physicians, with the reason that they read. */
export function ReferForm({ found, onClose }: { found: AssessmentDetail; onClose: () => void }) {
  const { t } = useTranslation("care");
  const { t: common } = useTranslation();
  const refer = useRefer(found.id, onClose);
  const [reason, setReason] = useState("");
  const send = () => {
    if (reason.trim() && !refer.isPending) refer.mutate(reason);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") onClose();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the field inside
    <div className={classes.form} onKeyDown={keys}>
      <Problem error={refer.error} />
      <Textarea
        label={t("refer.reason")}
        description={t("refer.help")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={REASON_LONGEST}
        autosize
        minRows={2}
        maxRows={5}
        required
        data-autofocus
        autoFocus
      />
      <div className={classes.send}>
        <Button onClick={send} loading={refer.isPending} disabled={!reason.trim()}>
          {t("decide.refer")}
        </Button>
        <Button variant="subtle" onClick={onClose}>
          {common("cancel")}
        </Button>
      </div>
    </div>
  );
}
