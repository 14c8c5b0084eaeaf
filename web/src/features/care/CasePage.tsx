import { Tabs } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AssessmentDetail } from "../../api/schema";
import { Failed } from "../../ui/Failed";
import { Loading } from "../../ui/Loading";
import classes from "./Case.module.css";
import { CaseHeader } from "./CaseHeader";
import { CaseList } from "./CaseList";
import { Conversation } from "./Conversation";
import { Decision } from "./Decision";
import { PatientPane } from "./PatientPane";
import { usePresence } from "./presence";
import { caseQuery, useWorklist } from "./queries";
import { WhyThisLevel } from "./WhyThisLevel";

/** A case: the list, what was said and found, and the patient; on a narrow screen one after the other. */
export function CasePage() {
  const { t } = useTranslation("care");
  const { assessmentId } = useParams({ from: "/clinician/care/worklist/$assessmentId" });
  const filters = useSearch({ from: "/clinician/care/worklist/$assessmentId" });
  const list = useWorklist(filters);
  const found = useQuery(caseQuery(assessmentId));
  const hasList = useMediaQuery("(min-width: 75em)", false, { getInitialValueInEffect: false });
  return (
    <div className={classes.panes}>
      {/* Without its pane the list still knows which case comes next. */}
      <aside className={hasList ? classes.list : classes.away} aria-label={t("nav.list")}>
        <CaseList list={list} filters={filters} open={assessmentId} />
      </aside>
      {found.data ? (
        <Case key={assessmentId} found={found.data} isOld={found.isError} />
      ) : (
        <div className={classes.case}>
          <CaseHeader assessmentId={assessmentId} found={null} />
          {found.isPending ? <Loading /> : <Failed error={found.error} retry={found.refetch} />}
        </div>
      )}
    </div>
  );
}

function Case({ found, isOld }: { found: AssessmentDetail; isOld: boolean }) {
  const { t } = useTranslation("care");
  usePresence(found.id);
  const wide = useMediaQuery("(min-width: 62em)", false, { getInitialValueInEffect: false });
  const [tab, setTab] = useState<string | null>("case");
  const [rule, setRule] = useState<string | null>(null);
  const said = (
    <>
      <WhyThisLevel found={found} rule={rule} onRule={setRule} />
      <Conversation found={found} rule={rule} />
    </>
  );
  const patient = <PatientPane found={found} onOpen={() => setTab("patient")} />;
  return (
    <>
      <div className={classes.case}>
        <CaseHeader assessmentId={found.id} found={found} />
        {isOld && (
          <p className={classes.old} role="status">
            {t("list.old")}
          </p>
        )}
        {wide ? (
          <div className={classes.said} data-pane>
            {said}
          </div>
        ) : (
          <Tabs value={tab} onChange={setTab} keepMounted className={classes.said}>
            <Tabs.List grow>
              <Tabs.Tab value="case">{t("nav.case")}</Tabs.Tab>
              <Tabs.Tab value="patient">{t("nav.patient")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="case" className={classes.panel}>
              {said}
            </Tabs.Panel>
            <Tabs.Panel value="patient" className={classes.panel}>
              {patient}
            </Tabs.Panel>
          </Tabs>
        )}
        <Decision found={found} />
      </div>
      {wide && (
        <aside className={classes.patient} aria-label={t("nav.patient")}>
          {patient}
        </aside>
      )}
    </>
  );
}
