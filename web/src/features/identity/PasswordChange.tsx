import { PasswordInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { useMe } from "../../api/session";
import { useSite } from "../../api/site";
import classes from "./Account.module.css";
import { Form } from "./Form";

/** Another password; the account's other sign-ins end. */
export function PasswordChange() {
  const { t } = useTranslation("identity");
  const queries = useQueryClient();
  const me = useMe();
  const least = useSite()?.sign_in.password_min_length ?? 12;
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => ok(api.POST("/api/auth/password", { body: { current, new: next } })),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      void queries.invalidateQueries({ queryKey: ["sign-ins"] });
    },
  });
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>{t("account.password")}</h2>
      <Form
        onSubmit={() => change.mutate()}
        problem={change.error}
        busy={change.isPending}
        action={t("account.changePassword")}
      >
        <input type="hidden" autoComplete="username" value={me?.login ?? ""} readOnly />
        <PasswordInput
          size="md"
          label={t("account.current")}
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          size="md"
          label={t("newPassword")}
          description={t("passwordRule", { count: least })}
          autoComplete="new-password"
          required
          minLength={least}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        {change.isSuccess && <span role="status">{t("account.changed")}</span>}
      </Form>
    </section>
  );
}
