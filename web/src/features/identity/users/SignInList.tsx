import { Alert, Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "../../../ui/Confirm";
import { Empty } from "../../../ui/Empty";
import { explain } from "../../../ui/explain";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { Ago, When } from "../../../ui/When";
import { useAct, useSignIns } from "./queries";
import classes from "./User.module.css";

const CLIENTS = ["browser", "command-line"] as const;

/** An account's sign-ins that are in force; each can be ended, or all. */
export function SignInList({ id }: { id: string }) {
  const { t } = useTranslation("users");
  const { t: common } = useTranslation();
  const { data, error, isPending, refetch } = useSignIns(id);
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState("");
  const act = useAct(id, (performed) => {
    setAsking(false);
    setDone(t(performed.kind === "revoke" ? "signIns.allEnded" : "signIns.ended"));
  });
  const client = (name: string) => t(`signIns.client.${CLIENTS.find((known) => known === name) ?? "other"}`);
  return (
    <section className={classes.card} aria-labelledby="sign-ins">
      <h2 id="sign-ins" className={classes.heading}>
        {t("signIns.title")}
      </h2>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data?.items.length === 0 && <Empty title={t("signIns.none")} />}
      {data && data.items.length > 0 && (
        <>
          <ul className={classes.signIns}>
            {data.items.map((session) => (
              <li key={session.id} className={classes.signIn}>
                <span>
                  <strong>{client(session.client)}</strong>
                  {session.current && ` ${t("signIns.yours")}`}
                  <span className={classes.times}>
                    {t("signIns.since")} <When at={session.created_at} /> · {t("signIns.used")}{" "}
                    <Ago at={session.last_used_at} />
                  </span>
                </span>
                <Button
                  variant="default"
                  size="sm"
                  loading={
                    act.isPending && act.variables.kind === "end" && act.variables.session === session.id
                  }
                  aria-label={t("signIns.endNamed", { client: client(session.client) })}
                  onClick={() => act.mutate({ kind: "end", session: session.id })}
                >
                  {t("signIns.end")}
                </Button>
              </li>
            ))}
          </ul>
          <div>
            <Button variant="default" onClick={() => setAsking(true)}>
              {t("signIns.endAll")}
            </Button>
          </div>
        </>
      )}
      <p role="status" className={classes.done}>
        {done}
      </p>
      {act.error && !asking && (
        <Alert color="red" title={explain(act.error, common).title}>
          {explain(act.error, common).detail}
        </Alert>
      )}
      <Confirm
        opened={asking}
        title={t("signIns.endAllTitle")}
        action={t("signIns.endAll")}
        destructive
        busy={act.isPending}
        onConfirm={() => act.mutate({ kind: "revoke" })}
        onCancel={() => setAsking(false)}
      >
        {t("signIns.endAllDetail")}
      </Confirm>
    </section>
  );
}
