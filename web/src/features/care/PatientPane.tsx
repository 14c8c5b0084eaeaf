import { Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { AssessmentDetail, PatientRecord } from "../../api/schema";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { History } from "./History";
import { Notes } from "./Notes";
import { PastCases } from "./PastCases";
import classes from "./Patient.module.css";
import { patientQuery } from "./queries";
import { age, date } from "./times";

interface PatientPaneProps {
  found: AssessmentDetail;
  /** Brings the pane into sight, where it stands behind a tab. */
  onOpen: () => void;
}

/** Whom the case is about, their past cases, and what colleagues noted and did. */
export function PatientPane({ found, onOpen }: PatientPaneProps) {
  const { t } = useTranslation("care");
  const record = useQuery(patientQuery(found.patient.id));
  return (
    <>
      <section className={classes.card} aria-labelledby="patient">
        <Title order={2} id="patient" className={classes.title}>
          {found.patient.display_name}
        </Title>
        <Facts
          patient={found.patient}
          about={t(`about.${found.about}`)}
          years={found.about === "self" ? undefined : found.age_years}
        />
      </section>
      <Notes found={found} onOpen={onOpen} />
      <section className={classes.card} aria-labelledby="past">
        <Title order={2} id="past" className={classes.title}>
          {t("patient.past")}
        </Title>
        {record.isPending && <Loading />}
        {record.isError && <Failed error={record.error} retry={record.refetch} />}
        {record.data && <PastCases cases={record.data.cases} besides={found.id} />}
      </section>
      <History found={found} />
    </>
  );
}

interface FactsProps {
  patient: Pick<PatientRecord, "birth_date" | "sex">;
  about?: string;
  /** The age of whom it is about, where that is not the patient. */
  years?: number | null;
}

/** What is known of somebody; what is not known says so. */
export function Facts({ patient, about, years }: FactsProps) {
  const { t } = useTranslation("care");
  const facts = [
    ...(about ? [{ name: t("patient.about"), value: about }] : []),
    ...(years === undefined ? [] : [{ name: t("patient.age"), value: age(years, t) }]),
    {
      name: t("patient.born"),
      value: patient.birth_date ? date(patient.birth_date) : t("patient.notKnown"),
    },
    { name: t("patient.sex"), value: t(`sex.${patient.sex ?? "unknown"}`) },
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
