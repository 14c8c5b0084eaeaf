import { Anchor, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { Page } from "../../ui/Page";
import { Form } from "./Form";
import classes from "./Form.module.css";

/** Asks for a link to set a new password; whether the account exists is not told. */
export function ForgotPage() {
  const { t } = useTranslation("identity");
  const [login, setLogin] = useState("");
  const ask = useMutation({
    mutationFn: () => ok(api.POST("/api/auth/reset-request", { body: { login: login.trim() } })),
  });
  return (
    <Page title={t("forgot.title")}>
      {ask.isSuccess ? (
        <Text role="status" size="lg">
          {t("forgot.sent")}
        </Text>
      ) : (
        <Form
          onSubmit={() => ask.mutate()}
          problem={ask.error}
          busy={ask.isPending}
          action={t("forgot.submit")}
        >
          <TextInput
            size="md"
            label={t("login")}
            type="email"
            autoComplete="username"
            required
            value={login}
            onChange={(event) => setLogin(event.currentTarget.value)}
          />
        </Form>
      )}
      <div className={classes.after}>
        <Anchor component={Link} to="/sign-in">
          {t("forgot.back")}
        </Anchor>
      </div>
    </Page>
  );
}
