import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { PeriodView, RoundSummary } from "../../../api/schema";
import { Empty } from "../../../ui/Empty";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { When } from "../../../ui/When";
import jobs from "../Jobs.module.css";
import { SystemFrame } from "../SystemFrame";
import { Capacity } from "./Capacity";
import { useRounds } from "./queries";
import classes from "./Rounds.module.css";
import { RoundTag } from "./RoundTag";

/** The runbooks' rounds: the last of each period, what they leave for a person, and capacity. */
export function RoundsPage() {
  const { t } = useTranslation("rounds");
  const { data, error, isPending, refetch } = useRounds();
  return (
    <SystemFrame title={t("title")} lead={t("lead")}>
      <div className={jobs.stack}>
        {isPending && <Loading />}
        {error && <Failed error={error} retry={refetch} />}
        {data && (
          <>
            <ul className={jobs.list} aria-label={t("periods")}>
              {data.periods.map((period) => (
                <Period key={period.period} shown={period} />
              ))}
            </ul>
            <section aria-labelledby="late" className={jobs.section}>
              <h2 id="late" className={jobs.heading}>
                {t("late")}
              </h2>
              {data.rounds.length === 0 && <Empty title={t("none")} />}
              <ul className={jobs.list} aria-labelledby="late">
                {data.rounds.map((round) => (
                  <li key={round.id} className={jobs.row}>
                    <RoundLink round={round} />
                    <RoundTag state={round.state} />
                    <p className={jobs.fact}>
                      <When at={round.began_at} />
                    </p>
                    <p className={jobs.fact}>{t("open", { count: round.open })}</p>
                  </li>
                ))}
              </ul>
            </section>
          </>
        )}
        <Capacity />
      </div>
    </SystemFrame>
  );
}

function Period({ shown }: { shown: PeriodView }) {
  const { t } = useTranslation("rounds");
  const { last } = shown;
  return (
    <li className={jobs.row}>
      <div className={jobs.what}>
        {last ? <RoundLink round={last} /> : <span className={jobs.name}>{t(`period.${shown.period}`)}</span>}
        <p className={jobs.purpose}>{last ? counted(last, t) : t("never")}</p>
      </div>
      {last ? <RoundTag state={last.state} /> : <span />}
      <p className={jobs.fact}>
        {shown.next_round && (
          <>
            {t("next")} <When at={shown.next_round} />
          </>
        )}
      </p>
      <Link to="/system/procedures/$name" params={{ name: shown.procedure }} className={classes.link}>
        {t("walk")}
        <span className="visually-hidden"> {t(`period.${shown.period}`)}</span>
      </Link>
    </li>
  );
}

function counted(round: RoundSummary, t: ReturnType<typeof useTranslation<"rounds">>["t"]): string {
  return t("counted", {
    items: round.items,
    failed: round.failed,
    attention: round.attention,
    open: round.open,
  });
}

function RoundLink({ round }: { round: RoundSummary }) {
  const { t } = useTranslation("rounds");
  return (
    <Link to="/system/rounds/$roundId" params={{ roundId: round.id }} className={classes.link}>
      {t(`period.${round.period}`)}
    </Link>
  );
}
