import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSite } from "../../api/site";
import { explain } from "../../ui/explain";
import classes from "./Landing.module.css";
import { useSignIn } from "./useSignIn";

/** In development with sample data: one press signs in. Their passwords are public. */
export function SampleSignIns() {
  const { t } = useTranslation("identity");
  const { t: common } = useTranslation();
  const samples = useSite()?.sign_in.samples ?? [];
  const { signIn, busy, problem } = useSignIn();
  if (samples.length === 0) return null;
  return (
    <section className={classes.samples} aria-labelledby="samples">
      <h2 id="samples" className={classes.heading}>
        {t("samples.title")}
      </h2>
      <Text c="dimmed">{t("samples.detail", { password: samples[0]?.password })}</Text>
      {problem !== null && (
        <Text c="var(--mantine-color-error)" role="alert">
          {explain(problem, common).detail}
        </Text>
      )}
      <div className={classes.sampleList}>
        {samples.map(({ login, name, password, role }) => (
          <Button key={login} variant="default" loading={busy} onClick={() => signIn(login, password)}>
            {t("samples.as", { name, role: t(`role.${role}`) })}
          </Button>
        ))}
      </div>
    </section>
  );
}
