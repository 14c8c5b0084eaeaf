import { Button, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../../api/problem";
import type { BreakGlassOut, PatientRecord } from "../../api/schema";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { When } from "../../ui/When";
import { BreakGlass } from "./BreakGlass";
import { PastCases } from "./PastCases";
import classes from "./Patient.module.css";
import { Facts } from "./PatientPane";
import { patientQuery } from "./queries";

/** A patient's record; where the patient is in nobody's care, the way in for an emergency. */
export function PatientPage() {
  const { t } = useTranslation("care");
  const { patientId } = useParams({ from: "/clinician/care/patients/$patientId" });
  const record = useQuery(patientQuery(patientId));
  const [asks, setAsks] = useState(false);
  const [grant, setGrant] = useState<BreakGlassOut | null>(null);
  const isHidden = record.error instanceof ApiProblem && record.error.status === 404;
  return (
    <Page title={t("patient.title")}>
      {record.isPending && <Loading />}
      {isHidden && (
        <div className={classes.card}>
          <p>{t("glass.hidden")}</p>
          <Button className={classes.save} onClick={() => setAsks(true)} aria-haspopup="dialog">
            {t("glass.use")}
          </Button>
        </div>
      )}
      {record.isError && !isHidden && <Failed error={record.error} retry={record.refetch} />}
      {grant && (
        <p className={classes.glass} role="status">
          {t("glass.granted")} <When at={grant.expires_at} />
        </p>
      )}
      {record.data && <Record record={record.data} />}
      <BreakGlass
        patientId={patientId}
        opened={asks}
        onClose={() => setAsks(false)}
        onGranted={(granted) => {
          setGrant(granted);
          setAsks(false);
          void record.refetch();
        }}
      />
    </Page>
  );
}

function Record({ record }: { record: PatientRecord }) {
  const { t } = useTranslation("care");
  return (
    <div className={classes.record}>
      <section className={classes.card} aria-labelledby="patient">
        <Title order={2} id="patient" className={classes.title}>
          {record.display_name}
        </Title>
        <Facts patient={record} />
      </section>
      <section className={classes.card} aria-labelledby="past">
        <Title order={2} id="past" className={classes.title}>
          {t("patient.cases")}
        </Title>
        <PastCases cases={record.cases} />
      </section>
    </div>
  );
}
