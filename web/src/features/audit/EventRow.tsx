import { UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconChevronUp } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEventOut } from "../../api/schema";
import { LOCALE } from "../../i18n";
import classes from "./Audit.module.css";
import type { Group } from "./groups";
import { OutcomeTag } from "./OutcomeTag";
import { didOf, whoOf } from "./who";

const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };

/** To the second, in the viewer's zone; with the day where it is not today. */
function momentOf(at: string): string {
  const moment = new Date(at);
  const isToday = moment.toDateString() === new Date().toDateString();
  return moment.toLocaleString(LOCALE, isToday ? TIME : { day: "numeric", month: "short", ...TIME });
}

interface EventRowProps {
  event: AuditEventOut;
  onOpen: (event: AuditEventOut) => void;
}

/** Events of one request in a line, and all of them at a press. */
export function RequestRow({ lead, rest, onOpen }: Group<AuditEventOut> & Pick<EventRowProps, "onOpen">) {
  const { t } = useTranslation("audit");
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <li>
      <EventRow event={lead} onOpen={onOpen} />
      {rest.length > 0 && (
        <>
          <UnstyledButton
            className={classes.together}
            aria-expanded={shown}
            aria-controls={id}
            onClick={() => setShown(!shown)}
          >
            {shown ? <IconChevronUp size={16} aria-hidden /> : <IconChevronDown size={16} aria-hidden />}
            {t("together", { count: rest.length })}
          </UnstyledButton>
          <ul id={id} className={classes.rest} hidden={!shown}>
            {rest.map((event) => (
              <li key={event.id} className={classes.inner}>
                <EventRow event={event} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        </>
      )}
    </li>
  );
}

/** One event in a line; it opens whole. */
function EventRow({ event, onOpen }: EventRowProps) {
  const { t } = useTranslation("audit");
  return (
    <UnstyledButton className={classes.row} onClick={() => onOpen(event)} aria-haspopup="dialog">
      <span className={classes.when}>
        <time dateTime={event.recorded_at}>{momentOf(event.recorded_at)}</time>
      </span>
      <span className={classes.what}>
        <span className={classes.action}>{didOf(event.action, t)}</span>
        <span className={classes.entity}>
          <code>{event.action}</code>
          {event.patient_ids.length > 0 && ` · ${t("patients", { count: event.patient_ids.length })}`}
        </span>
      </span>
      <span className={classes.who}>{whoOf(event, t)}</span>
      <span className={classes.tags}>
        {event.outcome !== "success" && <OutcomeTag outcome={event.outcome} />}
        {event.flags.map((flag) => (
          <span key={flag} className={classes.flag}>
            {flag}
          </span>
        ))}
      </span>
      <IconChevronRight size={18} aria-hidden className={classes.arrow} />
    </UnstyledButton>
  );
}
