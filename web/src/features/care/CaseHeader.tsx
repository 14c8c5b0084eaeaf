import { Anchor, Title } from "@mantine/core";
import { IconArrowLeft, IconStethoscope } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { AssessmentDetail } from "../../api/schema";
import { LevelTag } from "../../ui/LevelTag";
import { When } from "../../ui/When";
import classes from "./CaseHeader.module.css";
import { useShortcuts } from "./shortcuts";
import { age } from "./times";
import { Watchers } from "./Watchers";

/** Whom the case is about, how urgent it is, in whose hands, and who else looks. */
export function CaseHeader({
  assessmentId,
  found,
}: {
  assessmentId: string;
  found: AssessmentDetail | null;
}) {
  const { t } = useTranslation("care");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  const isThere = found !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus goes to the heading of each case that is opened
  useEffect(() => {
    // No name in the document's title: histories and screens shared keep it.
    document.title = common("title", { page: t("case.title") });
    heading.current?.focus({ preventScroll: true });
  }, [assessmentId, isThere, common, t]);
  useShortcuts({ w: () => void navigate({ to: "/worklist", search: true }) });
  return (
    <header className={classes.header}>
      <Anchor component={Link} to="/worklist" search className={classes.back}>
        <IconArrowLeft size={18} aria-hidden className={classes.arrow} />
        {t("nav.back")}
      </Anchor>
      <div className={classes.top}>
        <Title order={1} ref={heading} tabIndex={-1} className={classes.name}>
          {found
            ? t("case.who", { name: found.patient.display_name, age: age(found.age_years, t) })
            : t("case.title")}
        </Title>
        {found && <Watchers also={found.also_looking} />}
      </div>
      {found && (
        <div className={classes.facts}>
          <LevelTag level={found.level} strong />
          <span>{t(`about.${found.about}`)}</span>
          <span>
            <Standing found={found} />
          </span>
          {found.due_at && (found.status === "waiting" || found.status === "claimed") && (
            <span data-late={found.breached || undefined} className={classes.due}>
              {t(found.breached ? "case.wasDue" : "case.due")} <When at={found.due_at} />
            </span>
          )}
          {found.for_physician && (
            <span className={classes.physician}>
              <IconStethoscope size={16} aria-hidden /> {t("row.physician")}
            </span>
          )}
        </div>
      )}
    </header>
  );
}

function Standing({ found }: { found: AssessmentDetail }) {
  const { t } = useTranslation("care");
  if (found.status === "claimed") return t("case.claimedBy", { name: found.claimed_by_name });
  if (found.status === "decided") return t("case.decidedBy", { name: found.decided_by_name });
  return t(`status.${found.status}`);
}
