import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ChannelView } from "../../../api/schema";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { When } from "../../../ui/When";
import jobs from "../Jobs.module.css";
import { Refused } from "../Refused";
import { SystemFrame } from "../SystemFrame";
import classes from "./Alerts.module.css";
import { useChannels, useOnCall, useTestChannel } from "./queries";

/** Where alerts go, with a test of each channel, and who is on call. */
export function ChannelsPage() {
  const { t } = useTranslation("alerts");
  const { data, error, isPending, refetch } = useChannels();
  return (
    <SystemFrame title={t("channels.title")} lead={t("channels.lead")}>
      <div className={jobs.stack}>
        <section aria-labelledby="channels" className={jobs.section}>
          <h2 id="channels" className={jobs.heading}>
            {t("channels.list")}
          </h2>
          {isPending && <Loading />}
          {error && <Failed error={error} retry={refetch} />}
          <ul className={jobs.list}>
            {data?.items.map((channel) => (
              <Channel key={channel.name} channel={channel} />
            ))}
          </ul>
        </section>
        <OnCall />
      </div>
    </SystemFrame>
  );
}

function Channel({ channel }: { channel: ChannelView }) {
  const { t } = useTranslation("alerts");
  const test = useTestChannel(channel.name);
  const { name } = channel;
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <h3 className={classes.title}>{name}</h3>
        <p className={jobs.fact}>{t("channels.kind", { kind: channel.kind })}</p>
        <p className={jobs.fact}>
          {t("channels.figures", {
            sent: channel.sent_last_day,
            failed: channel.failed_last_day,
            waiting: channel.waiting,
          })}
        </p>
        {channel.last_sent_at && (
          <p className={jobs.fact}>
            {t("channels.last")} <When at={channel.last_sent_at} />
          </p>
        )}
        {channel.last_error && (
          <p className={jobs.purpose}>{t("channels.error", { error: channel.last_error })}</p>
        )}
      </div>
      <Button
        size="sm"
        variant="default"
        loading={test.isPending}
        aria-label={t("channels.testNamed", { name })}
        onClick={() => test.mutate()}
      >
        {t("channels.test")}
      </Button>
      <p role="status" className={classes.answer}>
        {test.data?.status === "sent" && t("channels.sent", { name })}
        {test.data && test.data.status !== "sent" && t("channels.failed", { name, error: test.data.error })}
      </p>
      <Refused error={test.error} />
    </li>
  );
}

function OnCall() {
  const { t } = useTranslation("alerts");
  const { data } = useOnCall();
  return (
    <section aria-labelledby="on-call" className={jobs.section}>
      <h2 id="on-call" className={jobs.heading}>
        {t("channels.onCall")}
      </h2>
      {data?.items.length === 0 && <p className={jobs.fact}>{t("channels.nobody")}</p>}
      <ul className={jobs.list}>
        {data?.items.map((shift) => (
          <li key={shift.id} className={classes.row}>
            <div className={classes.what}>
              <p className={jobs.purpose}>
                {t("channels.shift", { rota: shift.rota, who: shift.who, channel: shift.channel })}
              </p>
              <p className={jobs.fact}>
                {t("channels.from", { at: shift.local_start, zone: shift.time_zone })}
                {shift.on_call && ` · ${t("channels.now")}`}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
