import { useTranslation } from "react-i18next";
import type { Figure, Level } from "../../api/schema";
import { LevelTag } from "../../ui/LevelTag";
import classes from "./Cases.module.css";
import { formatCount, formatSeconds } from "./format";
import shared from "./Monitoring.module.css";

const LEVELS = ["emergency", "urgent", "routine", "self-care"] as const satisfies readonly Level[];

/** Conversations and cases: how many, of which level, and how long the first of them has waited. Counts alone. */
export function Cases({ figures, timeZone }: { figures: readonly Figure[]; timeZone: string }) {
  const { t } = useTranslation("ops");
  const of = (name: string) => figures.find((figure) => figure.name === name);
  const [today, waiting, wait] = [of("cases.today"), of("cases.waiting"), of("cases.longest_wait")];
  const largest = Math.max(
    1,
    ...LEVELS.flatMap((level) => [today?.by?.[level] ?? 0, waiting?.by?.[level] ?? 0]),
  );
  const tiles = [
    ["conversations", of("conversations.today")],
    ["handedOver", today],
    ["waiting", waiting],
    ["late", of("cases.late")],
    ["signedIn", of("sign_ins.active")],
  ] as const;
  return (
    <section className={shared.section} aria-labelledby="cases">
      <h2 id="cases" className={shared.heading}>
        {t("cases.title")}
      </h2>
      <dl className={classes.tiles}>
        {tiles.map(([name, figure]) => (
          <div key={name} className={classes.tile} data-warns={name === "late" && (figure?.value ?? 0) > 0}>
            <dt>{t(`cases.${name}`)}</dt>
            <dd>{figure ? formatCount(figure.value) : t("cases.unknown")}</dd>
          </div>
        ))}
      </dl>
      {today && waiting && (
        <ul className={classes.levels}>
          {LEVELS.map((level) => (
            <li key={level} className={classes.level} data-level={level}>
              <LevelTag level={level} />
              <Bar label={t("cases.waitingNow")} value={waiting.by?.[level] ?? 0} largest={largest} />
              <Bar label={t("cases.today")} value={today.by?.[level] ?? 0} largest={largest} pale />
              <p className={shared.small}>
                {wait?.by?.[level] === undefined
                  ? t("cases.nobodyWaits")
                  : t("cases.longest", { time: formatSeconds(wait.by[level]) })}
              </p>
            </li>
          ))}
        </ul>
      )}
      <p className={shared.small}>{t("cases.day", { zone: timeZone })}</p>
    </section>
  );
}

interface BarProps {
  label: string;
  value: number;
  largest: number;
  pale?: boolean;
}

function Bar({ label, value, largest, pale }: BarProps) {
  return (
    <div className={classes.measure}>
      <span>{label}</span>
      <strong>{formatCount(value)}</strong>
      <span className={classes.track} aria-hidden="true">
        <span
          className={classes.fill}
          data-pale={pale || undefined}
          style={{ inlineSize: `${(100 * value) / largest}%` }}
        />
      </span>
    </div>
  );
}
