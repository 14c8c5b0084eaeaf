import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { SystemFrame } from "../SystemFrame";
import { Advised } from "./Advised";
import { BlockedSessions } from "./BlockedSessions";
import { PoolUse } from "./PoolUse";
import { useAdvice, useDatabase } from "./queries";
import { ServerFacts } from "./ServerFacts";
import { SlowStatements } from "./SlowStatements";

/** The database: how it is, who uses it, what is slow, who waits, and what would help. Nothing here changes it. */
export function DatabasePage() {
  const { t } = useTranslation("database");
  const now = useDatabase();
  const advice = useAdvice();
  return (
    <SystemFrame
      title={t("title")}
      lead={t("lead")}
      actions={
        <Button
          variant="default"
          leftSection={<IconRefresh size={18} aria-hidden />}
          loading={advice.isFetching}
          onClick={() => advice.refetch()}
        >
          {t("again")}
        </Button>
      }
    >
      {now.isPending && <Loading />}
      {now.error && <Failed error={now.error} retry={now.refetch} />}
      {now.data && (
        <>
          <ServerFacts status={now.data.status} />
          {now.data.pool && <PoolUse pool={now.data.pool} />}
          {now.data.blocked && <BlockedSessions report={now.data.blocked} />}
          <SlowStatements queries={now.data.slow_queries} />
        </>
      )}
      {advice.isPending && !now.error && <Loading />}
      {advice.error && !now.error && <Failed error={advice.error} retry={advice.refetch} />}
      {advice.data && !now.error && <Advised report={advice.data} />}
    </SystemFrame>
  );
}
