import { Button, Drawer, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEventOut } from "../../api/schema";
import classes from "./EventDrawer.module.css";
import type { Filters } from "./filters";
import { OutcomeTag } from "./OutcomeTag";
import { didOf, whoOf } from "./who";

interface EventDrawerProps {
  event: AuditEventOut | null;
  onClose: () => void;
  /** Shows the events that share something with this one. */
  onNarrow: (filters: Partial<Filters>) => void;
}

/** One event whole. */
export function EventDrawer({ event, onClose, onNarrow }: EventDrawerProps) {
  const { t } = useTranslation("audit");
  const { t: common } = useTranslation();
  return (
    <Drawer.Root opened={event !== null} onClose={onClose} position="right" size="md" lockScroll={false}>
      <Drawer.Overlay />
      <Drawer.Content>
        {/* Not Drawer.Header: a header outside the page's sections would be a second banner. */}
        <div className={classes.head}>
          <Drawer.Title>{t("event")}</Drawer.Title>
          <Drawer.CloseButton aria-label={common("close")} size="lg" />
        </div>
        <Drawer.Body>{event && <Detail event={event} onNarrow={onNarrow} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Detail({ event, onNarrow }: { event: AuditEventOut; onNarrow: EventDrawerProps["onNarrow"] }) {
  const { t } = useTranslation("audit");
  const at = new Date(event.recorded_at);
  return (
    <dl className={classes.detail}>
      <Fact name={t("detail.action")}>
        {didOf(event.action, t)} <code>{event.action}</code> <OutcomeTag outcome={event.outcome} />
      </Fact>
      <Fact name={t("detail.when")}>
        {at.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" })}
        <Text size="sm" c="dimmed">
          <code>{event.recorded_at}</code>
        </Text>
      </Fact>
      <Fact name={t("detail.who")}>
        {whoOf(event, t)}
        {event.actor_id && (
          <Id id={event.actor_id} show={t("narrow.actor")} onShow={(actor) => onNarrow({ actor })} />
        )}
      </Fact>
      <Fact name={t("filter.via")}>{t(`door.${event.via as "api"}`, { defaultValue: event.via })}</Fact>
      <Fact name={t("detail.entity")}>
        {event.entity}
        {event.entity_ids.map((id) => (
          <Id key={id} id={id} show={t("narrow.entity")} onShow={(entityId) => onNarrow({ entityId })} />
        ))}
      </Fact>
      {event.patient_ids.length > 0 && (
        <Fact name={t("detail.patients")}>
          {event.patient_ids.map((id) => (
            <Id key={id} id={id} show={t("narrow.patient")} onShow={(patient) => onNarrow({ patient })} />
          ))}
        </Fact>
      )}
      {event.fields.length > 0 && (
        <Fact name={t("detail.fields")}>
          {event.fields.map((field) => (
            <code key={field} className={classes.field}>
              {field}
            </code>
          ))}
        </Fact>
      )}
      {event.flags.length > 0 && <Fact name={t("detail.flags")}>{event.flags.join(", ")}</Fact>}
      {event.request_id && (
        <Fact name={t("detail.request")}>
          <Id id={event.request_id} show={t("narrow.request")} onShow={(request) => onNarrow({ request })} />
        </Fact>
      )}
      <Fact name={t("detail.id")}>
        <code>{event.id}</code>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Id({ id, show, onShow }: { id: string; show: string; onShow: (id: string) => void }) {
  return (
    <span className={classes.id}>
      <code>{id}</code>
      <Button variant="default" size="compact-sm" onClick={() => onShow(id)}>
        {show}
      </Button>
    </span>
  );
}
