import { Button, Text } from "@mantine/core";
import { IconClockHour4, IconSend } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { reload } from "../../api/reload";
import type { AssessmentOut } from "../../api/schema";
import { Confirm } from "../../ui/Confirm";
import { explain } from "../../ui/explain";
import { When } from "../../ui/When";
import classes from "./SentToNurse.module.css";

/** Where the case is: with a nurse since when, a reply by when, and what to do until then. */
export function SentToNurse({ assessment }: { assessment: AssessmentOut }) {
  const { t } = useTranslation("assistant");
  const { t: common } = useTranslation();
  const queries = useQueryClient();
  const [asks, setAsks] = useState(false);
  const withdraw = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/assessments/{assessment_id}/withdraw", {
          params: { path: { assessment_id: assessment.id } },
        }),
      ),
    onSettled: () => {
      setAsks(false);
      void reload(queries, ["conversation", assessment.conversation_id]);
      void reload(queries, ["conversations"]);
    },
  });
  if (!assessment.handed_over_at || !["waiting", "claimed"].includes(assessment.status)) return null;
  const isRead = assessment.status === "claimed";
  return (
    <section className={classes.sent} aria-label={t("sent.label")}>
      <p className={classes.line}>
        <IconSend size={20} aria-hidden />
        <span>
          <strong>{t(isRead ? "sent.read" : "sent.title")}</strong>{" "}
          <Trans t={t} i18nKey="sent.since" components={{ when: <When at={assessment.handed_over_at} /> }} />
        </span>
      </p>
      {assessment.reply_by && (
        <p className={classes.line}>
          <IconClockHour4 size={20} aria-hidden />
          <span>
            <Trans
              t={t}
              i18nKey="sent.replyBy"
              components={{ when: <When at={assessment.reply_by} zone /> }}
            />
          </span>
        </p>
      )}
      {assessment.staffed === false && assessment.until_then && <Text>{assessment.until_then}</Text>}
      <Text c="dimmed" size="sm">
        {t("sent.live")}
      </Text>
      {withdraw.error && (
        <Text c="var(--mantine-color-error)" role="alert">
          {explain(withdraw.error, common).detail}
        </Text>
      )}
      {assessment.status === "waiting" && assessment.level !== "emergency" && (
        <Button variant="subtle" className={classes.withdraw} onClick={() => setAsks(true)}>
          {t("withdraw.button")}
        </Button>
      )}
      <Confirm
        opened={asks}
        title={t("withdraw.title")}
        action={t("withdraw.action")}
        destructive
        busy={withdraw.isPending}
        onConfirm={() => withdraw.mutate()}
        onCancel={() => setAsks(false)}
      >
        {t("withdraw.detail")}
      </Confirm>
    </section>
  );
}
