import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSite } from "../../api/site";
import { Page } from "../../ui/Page";
import { useUnsentWarning } from "./drafts";
import { PastConversations } from "./PastConversations";
import { StartForm } from "./StartForm";

/** A patient's first page: say what is wrong, or go on with what was begun. */
export function ConversationsPage() {
  const { t } = useTranslation("assistant");
  const reviewed = useSite()?.clinically_reviewed;
  useUnsentWarning();
  return (
    <Page title={t("start.title")}>
      <StartForm />
      {reviewed === false && (
        <Text c="dimmed" size="sm" mt="sm">
          {t("start.notReviewed")}
        </Text>
      )}
      <PastConversations />
    </Page>
  );
}
