import { Button } from "@mantine/core";
import { IconChevronRight, IconMessages } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ConversationItem } from "../../api/schema";
import { Empty } from "../../ui/Empty";
import { Failed } from "../../ui/Failed";
import { LevelTag } from "../../ui/LevelTag";
import { Loading } from "../../ui/Loading";
import { When } from "../../ui/When";
import classes from "./PastConversations.module.css";
import { conversationsQuery } from "./queries";

/** What was begun before, the latest first, each with where it stands. */
export function PastConversations() {
  const { t } = useTranslation("assistant");
  const list = useInfiniteQuery(conversationsQuery);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={classes.past}>
      <h2 className={classes.title}>{t("past.title")}</h2>
      {list.isPending && <Loading />}
      {list.error && !list.data && <Failed error={list.error} retry={() => list.refetch()} />}
      {list.data && items.length === 0 && (
        <Empty title={t("past.empty")} icon={<IconMessages size={28} aria-hidden />}>
          {t("past.emptyHelp")}
        </Empty>
      )}
      <ul className={classes.list}>
        {items.map((item) => (
          <li key={item.id}>
            <Item item={item} />
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
          {t("past.more")}
        </Button>
      )}
    </section>
  );
}

function Item({ item }: { item: ConversationItem }) {
  const { t } = useTranslation("assistant");
  return (
    <Link to="/conversations/$conversationId" params={{ conversationId: item.id }} className={classes.item}>
      <span className={classes.what}>
        <span className={classes.complaint}>{item.complaint ?? t("past.nothingSaid")}</span>
        <span className={classes.facts}>
          <span>{t(`past.status.${item.assessment_status ?? "open"}`)}</span>
          {item.about !== "self" && <span>{t(`past.about.${item.about}`)}</span>}
          <When at={item.last_message_at ?? item.created_at} />
        </span>
      </span>
      {item.level && <LevelTag level={item.level} />}
      <IconChevronRight size={20} aria-hidden className={classes.arrow} />
    </Link>
  );
}
