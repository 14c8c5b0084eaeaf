import { Button, Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ProcedureDetail } from "../../../api/schema";
import { Refused } from "../Refused";
import { ParameterField } from "./ParameterField";
import classes from "./Procedures.module.css";
import { useAsk } from "./queries";
import { fieldsOf, mistakesOf, parametersOf, type Values } from "./schemaForm";

/** The parameters, a dry run, and a run that is confirmed: by name where it destroys something. */
export function RunForm({ procedure }: { procedure: ProcedureDetail }) {
  const { t } = useTranslation("procedures");
  const fields = useMemo(() => fieldsOf(procedure.parameters), [procedure.parameters]);
  const [values, setValues] = useState<Values>({});
  const [looked, setLooked] = useState(false);
  const [asking, setAsking] = useState(false);
  const ask = useAsk(procedure.name);
  const mistakes = mistakesOf(fields, values);
  const send = (dryRun: boolean) => {
    setLooked(true);
    if (Object.keys(mistakes).length > 0) return;
    ask.reset();
    if (dryRun) ask.mutate({ parameters: parametersOf(fields, values), dry_run: true });
    else setAsking(true);
  };
  if (!procedure.permitted) return <p className={classes.line}>{t("form.notYours")}</p>;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send(true);
      }}
    >
      <Stack className={classes.form}>
        {fields.length === 0 && <p className={classes.line}>{t("form.nothing")}</p>}
        {fields.map((field) => (
          <ParameterField
            key={field.name}
            field={field}
            value={values[field.name] ?? field.initial}
            mistake={looked ? mistakes[field.name] : undefined}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
          />
        ))}
        <div className={classes.buttons}>
          <Button type="submit" variant="default" loading={ask.isPending && !asking}>
            {t("form.dryRun")}
          </Button>
          <Button color={procedure.destroys ? "red.9" : undefined} onClick={() => send(false)}>
            {t("form.run")}
          </Button>
        </div>
        <p className={classes.line}>{t("form.what")}</p>
        {!asking && <Refused error={ask.error} />}
      </Stack>
      {asking && (
        <Sure
          procedure={procedure}
          error={ask.error}
          busy={ask.isPending}
          onCancel={() => setAsking(false)}
          onConfirm={() =>
            ask.mutate({
              parameters: parametersOf(fields, values),
              dry_run: false,
              confirm: procedure.destroys ? procedure.name : null,
            })
          }
        />
      )}
    </form>
  );
}

interface SureProps {
  procedure: ProcedureDetail;
  error: unknown;
  busy: boolean;
  onCancel: () => void;
  onConfirm: () => void;
}

function Sure({ procedure, error, busy, onCancel, onConfirm }: SureProps) {
  const { t } = useTranslation("procedures");
  const { t: common } = useTranslation();
  const [typed, setTyped] = useState("");
  const sure = !procedure.destroys || typed.trim() === procedure.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (sure) onConfirm();
  };
  return (
    <Modal
      opened
      onClose={onCancel}
      title={t("sure.title", { title: procedure.title })}
      closeButtonProps={{ "aria-label": common("close"), size: "lg" }}
    >
      <form onSubmit={submit}>
        <Stack>
          <p className={classes.line}>{procedure.purpose}</p>
          {procedure.destroys && (
            <TextInput
              label={t("sure.type", { name: procedure.name })}
              description={t("sure.destroys")}
              autoComplete="off"
              spellCheck={false}
              data-autofocus
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          <Refused error={error} />
          <div className={classes.buttons}>
            <Button
              variant="default"
              onClick={onCancel}
              data-autofocus={procedure.destroys ? undefined : true}
            >
              {common("cancel")}
            </Button>
            <Button
              type="submit"
              color={procedure.destroys ? "red.9" : undefined}
              disabled={!sure}
              loading={busy}
            >
              {t("form.run")}
            </Button>
          </div>
        </Stack>
      </form>
    </Modal>
  );
}
