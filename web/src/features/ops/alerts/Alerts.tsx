import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AlertView, SilenceView } from "../../../api/schema";
import { Failed } from "../../../ui/Failed";
import { formatMoment, When } from "../../../ui/When";
import jobs from "../Jobs.module.css";
import { Refused } from "../Refused";
import { Remedy } from "../Remedy";
import classes from "./Alerts.module.css";
import { AlertTag } from "./AlertTag";
import { useAcknowledge, useAlerts, useEndSilence, usePastAlerts, useSilence, useSilences } from "./queries";
import { SayForm } from "./SayForm";

/** Open alerts, the worst first, to acknowledge and to silence; what is silent, and what is over. */
export function Alerts() {
  const { t } = useTranslation("alerts");
  const { data, error, refetch } = useAlerts();
  return (
    <section aria-labelledby="alerts" className={jobs.section}>
      <h2 id="alerts" className={jobs.heading}>
        {t("title")}
      </h2>
      {!data && error && <Failed error={error} retry={refetch} />}
      {data?.problem && <Remedy>{t("problem")}</Remedy>}
      {data?.items.length === 0 && <p className={jobs.fact}>{t("none")}</p>}
      <ul className={jobs.list}>
        {data?.items.map((alert) => (
          <Alert key={alert.id} alert={alert} />
        ))}
      </ul>
      <Silences />
      <Past />
    </section>
  );
}

function Alert({ alert }: { alert: AlertView }) {
  const { t } = useTranslation("alerts");
  const [asking, setAsking] = useState<"acknowledge" | "silence" | null>(null);
  const close = () => setAsking(null);
  const acknowledge = useAcknowledge(alert.id, close);
  const silence = useSilence(alert.rule, close);
  const named = { title: alert.title };
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <h3 className={classes.title}>{alert.title}</h3>
        <AlertTag alert={alert} />
        <Facts alert={alert} />
        {alert.remedy && alert.state !== "resolved" && <Remedy>{alert.remedy}</Remedy>}
      </div>
      {alert.state !== "resolved" && (
        <div className={classes.acts}>
          {alert.state !== "pending" && (
            <Button
              size="sm"
              variant="default"
              aria-label={t("acknowledgeNamed", named)}
              onClick={() => setAsking("acknowledge")}
            >
              {t("acknowledge")}
            </Button>
          )}
          <Button
            size="sm"
            variant="default"
            aria-label={t("silenceNamed", named)}
            onClick={() => setAsking("silence")}
          >
            {t("silence")}
          </Button>
        </div>
      )}
      {asking && (
        <SayForm
          what={asking}
          title={alert.title}
          say={asking === "acknowledge" ? acknowledge : silence}
          close={close}
        />
      )}
    </li>
  );
}

function Facts({ alert }: { alert: AlertView }) {
  const { t } = useTranslation("alerts");
  return (
    <>
      <p className={jobs.fact}>
        {t("line", { severity: t(`severity.${alert.severity}`), part: alert.part, told: alert.told })}
      </p>
      <p className={jobs.fact}>
        {alert.resolved_at ? t("over") : t("since")}{" "}
        <When at={alert.resolved_at ?? alert.fired_at ?? alert.began_at} />
        {alert.level_title && alert.state === "firing" && ` · ${t("level", { title: alert.level_title })}`}
      </p>
      {alert.acknowledged_by && alert.acknowledged_until && (
        <p className={jobs.purpose}>
          {t("inHand", {
            name: alert.acknowledged_by,
            reason: alert.acknowledged_reason,
            until: formatMoment(alert.acknowledged_until),
          })}
        </p>
      )}
      {alert.state === "silenced" && (
        <p className={jobs.purpose}>{t("silent", { reason: alert.silenced_reason })}</p>
      )}
    </>
  );
}

function Silences() {
  const { t } = useTranslation("alerts");
  const { data } = useSilences();
  if (!data || (data.items.length === 0 && !data.window)) return null;
  return (
    <>
      <h3 className={classes.title}>{t("silences.title")}</h3>
      {data.window && <p className={jobs.purpose}>{t("silences.window", { reason: data.window })}</p>}
      <ul className={jobs.list}>
        {data.items.map((silence) => (
          <Silence key={silence.id} silence={silence} />
        ))}
      </ul>
    </>
  );
}

function Silence({ silence }: { silence: SilenceView }) {
  const { t } = useTranslation("alerts");
  const end = useEndSilence(silence.id);
  const what = silence.rule
    ? t("silences.rule", { name: silence.rule })
    : silence.part
      ? t("silences.part", { name: silence.part })
      : t("silences.all");
  return (
    <li className={classes.row}>
      <p className={jobs.purpose}>
        {what}: {silence.reason} ({silence.created_by}, {t("silences.until")} <When at={silence.ends_at} />)
      </p>
      <Button
        size="sm"
        variant="default"
        loading={end.isPending}
        aria-label={t("silences.endNamed", { what })}
        onClick={() => end.mutate()}
      >
        {t("silences.end")}
      </Button>
      <Refused error={end.error} />
    </li>
  );
}

function Past() {
  const { t } = useTranslation("alerts");
  const [wanted, setWanted] = useState(false);
  const { data } = usePastAlerts(wanted);
  return (
    <details className={classes.past} onToggle={(event) => setWanted(event.currentTarget.open)}>
      <summary>{t("past.show")}</summary>
      {data?.items.length === 0 && <p className={jobs.fact}>{t("past.none")}</p>}
      <ul className={jobs.list}>
        {data?.items.map((alert) => (
          <Alert key={alert.id} alert={alert} />
        ))}
      </ul>
    </details>
  );
}
