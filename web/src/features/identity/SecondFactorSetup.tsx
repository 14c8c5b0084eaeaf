import { Button, Code, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { Form } from "./Form";
import classes from "./SecondFactor.module.css";

/** Loaded once somebody sets a second factor up, which is not in anybody's way to a first page. */
const QrCode = lazy(() => import("./QrCode"));

/** Shows the secret and the recovery codes this once, and puts them in force with a code. */
export function SecondFactorSetup({ token, onDone }: { token?: string; onDone: () => void }) {
  const { t } = useTranslation("identity");
  const [code, setCode] = useState("");
  const headers = token ? { authorization: `Bearer ${token}` } : undefined;
  const offer = useMutation({ mutationFn: () => ok(api.POST("/api/auth/second-factor", { headers })) });
  const confirm = useMutation({
    mutationFn: () =>
      ok(api.POST("/api/auth/second-factor/confirm", { headers, body: { code: code.trim() } })),
    onSuccess: onDone,
  });
  if (!offer.data) {
    return (
      <Form
        onSubmit={() => offer.mutate()}
        problem={offer.error}
        busy={offer.isPending}
        action={t("factor.begin")}
      >
        <Text>{t("factor.what")}</Text>
      </Form>
    );
  }
  const { secret, address, recovery_codes: recovery } = offer.data;
  return (
    <Form
      onSubmit={() => confirm.mutate()}
      problem={confirm.error}
      busy={confirm.isPending}
      action={t("factor.confirm")}
    >
      <Text>{t("factor.step1")}</Text>
      <Suspense fallback={<div className={classes.qr} />}>
        <QrCode text={address} label={t("factor.qr")} />
      </Suspense>
      <Code block className={classes.secret}>
        {secret.match(/.{1,4}/g)?.join(" ")}
      </Code>
      <Button component="a" href={address} variant="default">
        {t("factor.open")}
      </Button>
      <Text>{t("factor.step2")}</Text>
      <Code block className={classes.secret}>
        {recovery.join("\n")}
      </Code>
      <TextInput
        size="md"
        label={t("factor.step3")}
        autoComplete="one-time-code"
        inputMode="numeric"
        required
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
    </Form>
  );
}
