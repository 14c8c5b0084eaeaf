import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { meQuery } from "../../api/session";
import classes from "./Account.module.css";
import { Form } from "./Form";
import { SecondFactorSetup } from "./SecondFactorSetup";

/** A code beside the password: set up, or taken away again. */
export function SecondFactor({ isOn }: { isOn: boolean }) {
  const { t } = useTranslation("identity");
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const done = () => {
    setOpen(false);
    void queries.invalidateQueries({ queryKey: meQuery.queryKey });
  };
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>{t("factor.title")}</h2>
      <p className={classes.text}>{t(isOn ? "factor.on" : "factor.off")}</p>
      {open ? (
        isOn ? (
          <Removal onDone={done} />
        ) : (
          <SecondFactorSetup onDone={done} />
        )
      ) : (
        <Button variant="default" onClick={() => setOpen(true)}>
          {t(isOn ? "factor.remove" : "factor.setUp")}
        </Button>
      )}
    </section>
  );
}

function Removal({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("identity");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () =>
      ok(api.POST("/api/auth/second-factor/remove", { body: { password, code: code.trim() } })),
    onSuccess: onDone,
  });
  return (
    <Form
      onSubmit={() => remove.mutate()}
      problem={remove.error}
      busy={remove.isPending}
      action={t("factor.remove")}
    >
      <PasswordInput
        size="md"
        label={t("password")}
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <TextInput
        size="md"
        label={t("signIn.code")}
        description={t("signIn.codeHelp")}
        autoComplete="one-time-code"
        required
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
    </Form>
  );
}
