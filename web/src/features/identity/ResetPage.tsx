import { Anchor, PasswordInput, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { useSite } from "../../api/site";
import { Page } from "../../ui/Page";
import { Form } from "./Form";
import classes from "./Form.module.css";
import { linkToken } from "./linkToken";

/** A new password by a one-time link. Its token stands behind the #, which browsers send to nobody. */
export function ResetPage() {
  const { t } = useTranslation("identity");
  const least = useSite()?.sign_in.password_min_length ?? 12;
  const [token] = useState(linkToken);
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: () => ok(api.POST("/api/auth/reset", { body: { token, password } })),
  });
  return (
    <Page title={t("reset.title")}>
      {reset.isSuccess && (
        <Text role="status" size="lg">
          {t("reset.done")}
        </Text>
      )}
      {!token && <Text role="alert">{t("reset.noToken")}</Text>}
      {token && !reset.isSuccess && (
        <Form
          onSubmit={() => reset.mutate()}
          problem={reset.error}
          busy={reset.isPending}
          action={t("reset.submit")}
        >
          <PasswordInput
            size="md"
            label={t("newPassword")}
            description={t("passwordRule", { count: least })}
            autoComplete="new-password"
            required
            minLength={least}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        </Form>
      )}
      <div className={classes.after}>
        <Anchor component={Link} to={reset.isSuccess ? "/sign-in" : "/forgot"}>
          {t(reset.isSuccess ? "signIn.title" : "reset.another")}
        </Anchor>
      </div>
    </Page>
  );
}
