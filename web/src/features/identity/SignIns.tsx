import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { Ago, When } from "../../ui/When";
import classes from "./Account.module.css";

const CLIENTS = ["browser", "command-line"] as const;

/** Where this account is signed in; each but this one can be ended. */
export function SignIns() {
  const { t } = useTranslation("identity");
  const queries = useQueryClient();
  const list = useQuery({ queryKey: ["sign-ins"], queryFn: () => ok(api.GET("/api/auth/sessions")) });
  const end = useMutation({
    mutationFn: (id: string) =>
      ok(api.DELETE("/api/auth/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["sign-ins"] }),
  });
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>{t("signIns.title")}</h2>
      {list.isPending && <Loading />}
      {list.error && <Failed error={list.error} retry={() => list.refetch()} />}
      {end.error && <Failed error={end.error} />}
      <ul className={classes.signIns}>
        {list.data?.items.map(({ id, client, created_at, last_used_at, current }) => (
          <li key={id} className={classes.signIn}>
            <span>
              {t(`signIns.${CLIENTS.find((known) => known === client) ?? "other"}`)}, {t("signIns.since")}{" "}
              <When at={created_at} />; {t("signIns.used")} <Ago at={last_used_at} />
            </span>
            {current ? (
              <strong>{t("signIns.this")}</strong>
            ) : (
              <Button variant="default" loading={end.isPending} onClick={() => end.mutate(id)}>
                {t("signIns.end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
