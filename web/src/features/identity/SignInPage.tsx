import { Anchor, PasswordInput, TextInput } from "@mantine/core";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem";
import { useSite } from "../../api/site";
import { Page } from "../../ui/Page";
import { Enrolment } from "./Enrolment";
import { Form } from "./Form";
import classes from "./Form.module.css";
import { SampleSignIns } from "./SampleSignIns";
import { useSignIn } from "./useSignIn";

/** Login and password; where the account has a second factor, its code; where it must have one, setting it up. */
export function SignInPage() {
  const { t } = useTranslation("identity");
  const site = useSite();
  const { why, next } = useSearch({ strict: false });
  const { signIn, busy, problem, setProblem } = useSignIn();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [wantsCode, setWantsCode] = useState(false);
  const [enrolment, setEnrolment] = useState<string | null>(null);

  const submit = async () => {
    const error = await signIn(login, password, wantsCode ? code.trim() : undefined);
    if (!(error instanceof ApiProblem)) return;
    if (error.code === "second-factor-required" && !wantsCode) {
      setWantsCode(true);
      setProblem(null);
    }
    if (error.code === "second-factor-enrolment-required") setEnrolment(String(error.fields.enrolment_token));
  };

  if (enrolment) {
    const done = () => {
      setEnrolment(null);
      setProblem(null);
      setWantsCode(true);
    };
    return <Enrolment token={enrolment} onDone={done} />;
  }
  return (
    <Page title={t("signIn.title")}>
      {(why || next) && <p role="status">{t(why ? "signIn.idle" : "signIn.first")}</p>}
      <Form onSubmit={submit} problem={problem} busy={busy} action={t("signIn.submit")}>
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
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {wantsCode && (
          <TextInput
            size="md"
            label={t("signIn.code")}
            description={t("signIn.codeHelp")}
            autoComplete="one-time-code"
            required
            autoFocus
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
      </Form>
      <div className={classes.after}>
        {site?.sign_in.sign_up && (
          <Anchor component={Link} to="/sign-up">
            {t("signIn.noAccount")}
          </Anchor>
        )}
        <Anchor component={Link} to="/forgot">
          {t("signIn.forgot")}
        </Anchor>
      </div>
      <SampleSignIns />
    </Page>
  );
}
