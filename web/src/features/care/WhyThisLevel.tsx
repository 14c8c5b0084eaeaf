import { Button, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { AssessmentDetail, Reason } from "../../api/schema";
import { LevelTag } from "../../ui/LevelTag";
import { isSaid } from "./marked";

import classes from "./Why.module.css";

/** How many rules are shown at once: the conversation below should be in sight. */
const FIRST = 2;

interface WhyProps {
  found: AssessmentDetail;
  rule: string | null;
  onRule: (rule: string | null) => void;
}

/** The rules that fired, with the patient's own words and where each rule comes from. */
export function WhyThisLevel({ found, rule, onRule }: WhyProps) {
  const { t } = useTranslation("care");
  const deciding = found.reasons.filter((reason) => reason.deciding);
  const first = deciding.slice(0, FIRST);
  const others = found.reasons.filter((reason) => !first.includes(reason));
  const shared = { found, rule, onRule };
  return (
    <section className={classes.why} aria-labelledby="why" data-level={found.level ?? "none"}>
      <Title order={2} id="why" className={classes.title}>
        {t("why.title")}
      </Title>
      {found.machine_level && found.machine_level !== found.level && (
        <p className={classes.changed}>
          {t("why.machine")} <LevelTag level={found.machine_level} />
        </p>
      )}
      {found.reasons.length === 0 && <p>{t("why.none")}</p>}
      {found.nurse_review && <p className={classes.review}>{t("why.review")}</p>}
      {found.raised_by_model && <p className={classes.review}>{t("why.model")}</p>}
      <Reasons reasons={first} {...shared} />
      {others.length > 0 && (
        <details className={classes.others}>
          <summary>{t("why.others", { count: others.length })}</summary>
          <Reasons reasons={others} {...shared} />
        </details>
      )}
      <p className={classes.protocol}>
        {t("why.protocol", { id: found.protocol.id, version: found.protocol.version })}{" "}
        <code>{found.protocol.hash.slice(0, 12)}</code>
      </p>
      <Answers found={found} />
    </section>
  );
}

function Reasons({ reasons, found, rule, onRule }: WhyProps & { reasons: Reason[] }) {
  const { t } = useTranslation("care");
  return (
    <ul className={classes.reasons}>
      {reasons.map((reason) => {
        const isMarked = found.marks.some((mark) => mark.rule === reason.rule);
        return (
          <li key={reason.rule} className={classes.reason} data-level={reason.level}>
            <p className={classes.text}>{reason.text}</p>
            {reason.quote && (
              <p className={classes.quote}>
                {isSaid(reason.quote, found.messages) ? <q>{reason.quote}</q> : <span>{reason.quote}</span>}
                {isMarked && (
                  <Button
                    variant="subtle"
                    size="compact-xs"
                    aria-pressed={rule === reason.rule}
                    className={classes.show}
                    onClick={() => {
                      onRule(rule === reason.rule ? null : reason.rule);
                      reveal(reason.rule);
                    }}
                  >
                    {t("why.show")}
                  </Button>
                )}
              </p>
            )}
            <p className={classes.source}>{t("why.source", { source: reason.source, rule: reason.rule })}</p>
          </li>
        );
      })}
    </ul>
  );
}

/** Brings a rule's words into sight, once they are drawn. */
function reveal(rule: string): void {
  requestAnimationFrame(() =>
    document.querySelector(`mark[data-rules~="${CSS.escape(rule)}"]`)?.scrollIntoView({ block: "center" }),
  );
}

/** What is not so, what the patient does not know, and what is still to be asked. */
function Answers({ found }: { found: AssessmentDetail }) {
  const { t } = useTranslation("care");
  const asked = new Set(found.asked.map(({ id }) => id));
  const open = found.questions.filter(({ id }) => !asked.has(id)).map(({ text }) => text);
  const lists = [
    { name: t("why.denied"), items: found.denied },
    { name: t("why.unknown"), items: found.unknown },
    { name: t("why.open"), items: open },
  ].filter(({ items }) => items.length > 0);
  if (lists.length === 0) return null;
  return (
    <dl className={classes.lists}>
      {lists.map(({ name, items }) => (
        <div key={name}>
          <dt>{name}</dt>
          {items.map((item) => (
            <dd key={item}>{item}</dd>
          ))}
        </div>
      ))}
    </dl>
  );
}
