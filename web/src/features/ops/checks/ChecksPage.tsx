import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../../api/problem";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { SystemFrame } from "../SystemFrame";
import { CheckList } from "./CheckList";
import { PublicHealth } from "./PublicHealth";
import { useChecks, useRunAll } from "./queries";

/** Every check with what it found last and what to do; where the database is down, what can be told without it. */
export function ChecksPage() {
  const { t } = useTranslation("ops");
  const { data, error, isPending, refetch } = useChecks();
  const all = useRunAll();
  const withoutDatabase = error instanceof ApiProblem && error.status === 503;
  return (
    <SystemFrame
      title={t("checks.title")}
      lead={t("checks.lead")}
      actions={
        <Button
          variant="default"
          leftSection={<IconRefresh size={18} aria-hidden />}
          loading={all.isPending}
          onClick={() => all.mutate()}
        >
          {t("checks.again")}
        </Button>
      }
    >
      {isPending && <Loading />}
      {error && !withoutDatabase && <Failed error={error} retry={refetch} />}
      {withoutDatabase && <PublicHealth />}
      {data && !error && <CheckList catalogue={data} />}
    </SystemFrame>
  );
}
