import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "../../ui/Page";
import { CaseList } from "./CaseList";
import { useWorklist } from "./queries";
import { Tools } from "./Tools";
import classes from "./Worklist.module.css";

/** The cases that await a decision, most urgent first. */
export function WorklistPage() {
  const { t } = useTranslation();
  const filters = useSearch({ from: "/clinician/care/worklist" });
  const list = useWorklist(filters);
  return (
    <div className={classes.page}>
      <Page title={t("nav.worklist")} wide actions={<Tools />}>
        <CaseList list={list} filters={filters} />
      </Page>
    </div>
  );
}
