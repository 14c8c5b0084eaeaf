import { Anchor, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { useSite } from "../../api/site";
import { Page } from "../../ui/Page";
import { Form } from "./Form";
import classes from "./Form.module.css";
import { useSignIn } from "./useSignIn";

/** A patient's own account; it is signed in at once. */
export function SignUpPage() {
  const { t } = useTranslation("identity");
  const least = useSite()?.sign_in.password_min_length ?? 12;
  const { signIn, problem } = useSignIn();
  const [name, setName] = useState("");
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const register = useMutation({
    mutationFn: async () => {
      await ok(
        api.POST("/api/auth/register", {
          body: { login: login.trim(), display_name: name.trim(), password },
        }),
      );
      await signIn(login, password);
    },
  });
  return (
    <Page title={t("signUp.title")}>
      <Form
        onSubmit={() => register.mutate()}
        problem={register.error ?? problem}
        busy={register.isPending}
        action={t("signUp.submit")}
      >
        <TextInput
          size="md"
          label={t("signUp.name")}
          description={t("signUp.nameHelp")}
          autoComplete="name"
          required
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          size="md"
          label={t("login")}
          type="email"
          autoComplete="username"
          required
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          size="md"
          label={t("password")}
          description={t("passwordRule", { count: least })}
          autoComplete="new-password"
          required
          minLength={least}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      </Form>
      <div className={classes.after}>
        <Anchor component={Link} to="/sign-in">
          {t("signUp.hasAccount")}
        </Anchor>
      </div>
    </Page>
  );
}
