import { useTranslation } from "react-i18next";
import type { Looking } from "../../api/schema";
import { LOCALE } from "../../i18n";
import classes from "./CaseHeader.module.css";

const list = new Intl.ListFormat(LOCALE, { type: "conjunction" });

/** Who else has this case open just now. */
export function Watchers({ also }: { also: Looking[] }) {
  const { t } = useTranslation("care");
  return (
    <div role="status">
      {also.length > 0 && (
        <div className={classes.watchers}>
          <span className={classes.faces} aria-hidden>
            {also.slice(0, 3).map(({ account_id, name }) => (
              <span key={account_id} className={classes.face}>
                {initials(name)}
              </span>
            ))}
          </span>
          {t("case.alsoLooking", { names: list.format(also.map(({ name }) => name)), count: also.length })}
        </div>
      )}
    </div>
  );
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return [words[0], last]
    .map((word) => (word ? ([...word][0] ?? "") : ""))
    .join("")
    .toLocaleUpperCase();
}
