import { IconAlarm, IconClock, IconLock, IconStethoscope } from "@tabler/icons-react";
import { type MouseEvent, memo } from "react";
import { useTranslation } from "react-i18next";
import type { WorklistItem } from "../../api/schema";
import { LevelTag } from "../../ui/LevelTag";
import classes from "./Row.module.css";
import { age, span } from "./times";

interface CaseRowProps {
  item: WorklistItem;
  place: number;
  now: number;
  isOpen: boolean;
  onFocus: (place: number) => void;
  onOpen: (assessmentId: string) => void;
}

/**
 * One case: how urgent, what is wrong in the patient's words, who, how long, in whose hands.
 * A plain link, drawn anew only when something of it changes: hundreds go by when one scrolls.
 */
export const CaseRow = memo(function CaseRow({ item, place, now, isOpen, onFocus, onOpen }: CaseRowProps) {
  const { t } = useTranslation("care");
  const open = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onOpen(item.assessment_id);
  };
  return (
    <a
      href={`/worklist/${item.assessment_id}${window.location.search}`}
      onClick={open}
      className={classes.row}
      aria-current={isOpen || undefined}
      data-level={item.level ?? "none"}
      onFocus={() => onFocus(place)}
    >
      <span className={classes.level}>
        <LevelTag level={item.level} />
      </span>
      <span className={classes.words}>{item.complaint ?? item.summary ?? t("row.noWords")}</span>
      <span className={classes.who}>
        {t("row.who", {
          name: item.patient_name,
          about: t(`about.${item.about}`),
          age: age(item.age_years, t),
        })}
      </span>
      <Waiting item={item} now={now} />
      <Holder item={item} />
    </a>
  );
});

/** How long the case waits, and how it stands to its target: now, not when the list was loaded. */
function Waiting({ item, now }: { item: WorklistItem; now: number }) {
  const { t } = useTranslation("care");
  const since = item.handed_over_at ? now - Date.parse(item.handed_over_at) : item.waiting_seconds * 1000;
  const due = item.due_at ? Date.parse(item.due_at) - now : null;
  const state = standing(item, now);
  const Icon = state === "in-time" ? IconClock : IconAlarm;
  return (
    <span className={classes.waiting} data-state={state}>
      <Icon size={15} aria-hidden />
      <span>
        <span className={classes.waited}>{t("row.waiting", { span: span(since, t) })}</span>
        {due !== null && (
          <span className={classes.due}>
            {due < 0 ? t("row.late", { span: span(-due, t) }) : t("row.due", { span: span(due, t) })}
          </span>
        )}
      </span>
    </span>
  );
}

export function standing(
  item: Pick<WorklistItem, "due_at" | "warns_at">,
  now: number,
): "in-time" | "warning" | "breached" {
  if (item.due_at && now >= Date.parse(item.due_at)) return "breached";
  return item.warns_at && now >= Date.parse(item.warns_at) ? "warning" : "in-time";
}

function Holder({ item }: { item: WorklistItem }) {
  const { t } = useTranslation("care");
  return (
    <span className={classes.holder}>
      {item.status === "claimed" && (
        <span className={classes.held} data-mine={item.mine || undefined}>
          <IconLock size={14} aria-hidden />
          {item.mine ? t("row.mine") : item.claimed_by_name}
        </span>
      )}
      {item.for_physician && (
        <span className={classes.physician}>
          <IconStethoscope size={14} aria-hidden />
          {t("row.physician")}
        </span>
      )}
    </span>
  );
}
