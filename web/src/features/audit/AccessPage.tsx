import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AccessSummary } from "../../api/schema";
import { Empty } from "../../ui/Empty";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { When } from "../../ui/When";
import classes from "./Access.module.css";
import { AuditFrame } from "./AuditFrame";
import { askNext, localMinute, mistakes, NO_FILTERS } from "./filters";
import { type Asked, PERIODS, useAccess } from "./queries";
import { whoOf } from "./who";

/** Who reached patient data: everybody's, or one patient's. */
export function AccessPage() {
  const { t } = useTranslation("audit");
  const [asked, setAsked] = useState<Asked>({ hours: 24, patient: "" });
  const { data, error, isPending, isFetching, refetch } = useAccess(asked);
  return (
    <AuditFrame lead={t("access.lead")}>
      <Form
        asked={asked}
        busy={isFetching}
        onAsk={(chosen) => {
          if (chosen.hours === asked.hours && chosen.patient === asked.patient) void refetch();
          else setAsked(chosen);
        }}
      />
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && (
        <section aria-label={t("access.title")} aria-busy={isFetching}>
          <p role="status" className={classes.count}>
            {t("access.count", { count: data.length })}
          </p>
          {data.length === 0 && <Empty title={t("access.none")}>{t("access.noneHelp")}</Empty>}
          <ul className={classes.list}>
            {data.map((row) => (
              <Row key={`${row.actor_id} ${row.actor_role} ${row.via}`} row={row} asked={asked} />
            ))}
          </ul>
        </section>
      )}
    </AuditFrame>
  );
}

interface FormProps {
  asked: Asked;
  busy: boolean;
  onAsk: (asked: Asked) => void;
}

function Form({ asked, busy, onAsk }: FormProps) {
  const { t } = useTranslation("audit");
  const [hours, setHours] = useState(asked.hours);
  const [patient, setPatient] = useState(asked.patient);
  const [tried, setTried] = useState(false);
  const wrong = mistakes({ ...NO_FILTERS, patient }).patient;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!wrong) onAsk({ hours, patient: patient.trim() });
  };
  return (
    <search>
      <form className={classes.form} onSubmit={submit} noValidate>
        <TextInput
          label={t("filter.patient")}
          description={t("access.patientHelp")}
          value={patient}
          error={tried && wrong && t(`mistake.${wrong}`)}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setPatient(event.currentTarget.value)}
        />
        <NativeSelect
          label={t("access.period")}
          value={String(hours)}
          data={PERIODS.map((value) => ({ value: String(value), label: t(`access.last.${value}`) }))}
          onChange={(event) => setHours(Number(event.currentTarget.value) as Asked["hours"])}
        />
        <Button type="submit" leftSection={<IconSearch size={18} aria-hidden />} loading={busy}>
          {t("filter.search")}
        </Button>
      </form>
    </search>
  );
}

function Row({ row, asked }: { row: AccessSummary; asked: Asked }) {
  const { t } = useTranslation("audit");
  const navigate = useNavigate();
  const show = () => {
    const since = localMinute(Date.now() - asked.hours * 3_600_000);
    askNext({
      since,
      actor: row.actor_id ?? "",
      role: row.actor_id ? "" : row.actor_role,
      via: row.via,
      patient: asked.patient,
    });
    void navigate({ to: "/audit" });
  };
  return (
    <li className={classes.row}>
      <span className={classes.who}>
        <span className={classes.name}>{whoOf(row, t)}</span>
        <span className={classes.small}>
          {row.actor_id && <code>{row.actor_id.slice(-8)}</code>}{" "}
          {t(`door.${row.via as "api"}`, { defaultValue: row.via })}
        </span>
      </span>
      <span className={classes.figures}>
        <span>{t("access.events", { count: row.events })}</span>
        <span>{t("patients", { count: row.patients })}</span>
        {row.denied > 0 && (
          <span className={classes.denied}>{t("access.denied", { count: row.denied })}</span>
        )}
        {row.break_glass > 0 && (
          <span className={classes.glass}>{t("access.glass", { count: row.break_glass })}</span>
        )}
      </span>
      <span className={classes.small}>
        {t("access.lastAt")} <When at={row.last_at} />
      </span>
      <Button variant="default" size="compact-md" className={classes.show} onClick={show}>
        {t("access.show")}
      </Button>
    </li>
  );
}
