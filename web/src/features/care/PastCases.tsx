import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AssessmentOut } from "../../api/schema";
import { LevelTag } from "../../ui/LevelTag";
import { When } from "../../ui/When";
import classes from "./Patient.module.css";

/** A patient's other cases, latest first. */
export function PastCases({ cases, besides }: { cases: AssessmentOut[]; besides?: string }) {
  const { t } = useTranslation("care");
  const others = cases.filter(({ id }) => id !== besides);
  if (others.length === 0) return <p className={classes.none}>{t("patient.noPast")}</p>;
  return (
    <ul className={classes.past}>
      {others.map((found) => (
        <li key={found.id}>
          <span className={classes.pastTop}>
            <LevelTag level={found.level} />
            <span className={classes.dim}>
              <When at={found.created_at} /> · {t(`status.${found.status}`)}
            </span>
          </span>
          <Link
            to="/worklist/$assessmentId"
            params={{ assessmentId: found.id }}
            search
            className={classes.pastLink}
          >
            {found.reasons.find(({ quote }) => quote)?.quote ?? t("patient.openCase")}
          </Link>
        </li>
      ))}
    </ul>
  );
}
