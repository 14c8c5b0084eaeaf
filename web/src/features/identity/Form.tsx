import { Alert, Button, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { explain } from "../../ui/explain";
import classes from "./Form.module.css";

interface FormProps {
  onSubmit: () => unknown;
  problem: unknown;
  busy: boolean;
  action: string;
  children: ReactNode;
}

/** A form of the sign-in pages: what went wrong above, one button below. */
export function Form({ onSubmit, problem, busy, action, children }: FormProps) {
  const { t } = useTranslation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit();
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      <Stack gap="md">
        {problem !== null && problem !== undefined && (
          <Alert color="red.9" role="alert" title={explain(problem, t).title} className={classes.problem}>
            {explain(problem, t).detail}
          </Alert>
        )}
        {children}
        <Button type="submit" size="md" loading={busy} className={classes.submit}>
          {action}
        </Button>
      </Stack>
    </form>
  );
}
