import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEventOut } from "../../api/schema";
import { Empty } from "../../ui/Empty";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import classes from "./Audit.module.css";
import { AuditFrame } from "./AuditFrame";
import { EventDrawer } from "./EventDrawer";
import { RequestRow } from "./EventRow";
import { ExportMenu } from "./ExportMenu";
import { FilterForm } from "./FilterForm";
import { countOf, type Filters, NO_FILTERS, takeAsked } from "./filters";
import { grouped } from "./groups";
import { useEvents } from "./queries";

/** Who did what: filters, a list and each event whole. It holds ids, never what was said. */
export function AuditPage() {
  const { t } = useTranslation("audit");
  const [filters, setFilters] = useState<Filters>(takeAsked);
  const [opened, setOpened] = useState<AuditEventOut | null>(null);
  const events = useEvents(filters);
  const shown = events.data?.pages.flatMap(({ items }) => items) ?? [];
  const narrow = (some: Partial<Filters>) => {
    setFilters({ ...NO_FILTERS, ...some });
    setOpened(null);
  };
  return (
    <AuditFrame lead={t("lead")} actions={<ExportMenu filters={filters} />}>
      <FilterForm
        filters={filters}
        busy={events.isFetching && !events.isFetchingNextPage}
        onSearch={(chosen) => {
          if (JSON.stringify(chosen) === JSON.stringify(filters)) void events.refetch();
          else setFilters(chosen);
        }}
      />
      {events.isPending && <Loading />}
      {events.error && <Failed error={events.error} retry={events.refetch} />}
      {events.data && (
        <section aria-label={t("list")}>
          <p role="status" className={classes.count}>
            {t(events.hasNextPage ? "shownMore" : "shown", { count: shown.length })}
          </p>
          {shown.length === 0 ? (
            <Empty title={t("none")}>{countOf(filters) > 0 ? t("otherFilters") : t("noneYet")}</Empty>
          ) : (
            <ul className={classes.list} aria-busy={events.isFetching}>
              {grouped(shown).map((group) => (
                <RequestRow key={group.lead.id} {...group} onOpen={setOpened} />
              ))}
            </ul>
          )}
          {events.hasNextPage && (
            <div className={classes.more}>
              <Button
                variant="default"
                loading={events.isFetchingNextPage}
                onClick={() => events.fetchNextPage()}
              >
                {t("more")}
              </Button>
            </div>
          )}
        </section>
      )}
      <EventDrawer event={opened} onClose={() => setOpened(null)} onNarrow={narrow} />
    </AuditFrame>
  );
}
