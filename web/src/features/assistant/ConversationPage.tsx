import { Anchor } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import classes from "./ConversationPage.module.css";
import { useUnsentWarning } from "./drafts";
import { conversationQuery } from "./queries";
import { Talk } from "./Talk";

/** One conversation: what was said, what is asked, and where it has led. */
export function ConversationPage() {
  const { t } = useTranslation("assistant");
  const { conversationId } = useParams({ strict: false });
  const id = conversationId ?? "";
  const conversation = useQuery(conversationQuery(id));
  useUnsentWarning();
  return (
    <Page title={t("conversation.title")}>
      <Anchor component={Link} to="/conversations" className={`${classes.back} not-printed`}>
        <IconArrowLeft size={18} aria-hidden className={classes.arrow} />
        {t("conversation.back")}
      </Anchor>
      {conversation.isPending && <Loading />}
      {conversation.error && !conversation.data && (
        <Failed error={conversation.error} retry={() => conversation.refetch()} />
      )}
      {conversation.data && <Talk key={id} conversation={conversation.data} />}
    </Page>
  );
}
