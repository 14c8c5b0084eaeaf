import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSite } from "../api/site";
import classes from "./Emergency.module.css";

/** What to call for, and whom else in a crisis of the mind. */
export function EmergencySigns() {
  const { t } = useTranslation();
  const emergency = useSite()?.emergency;
  if (!emergency) return null;
  const { crisis_line: crisis, signs } = emergency;
  return (
    <>
      <Text fw={600}>{t("emergency.signs")}</Text>
      <ul className={classes.signs}>
        {signs.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
      {crisis && (
        <Text>
          {t("emergency.crisis")}{" "}
          <a href={`tel:${crisis.replaceAll(" ", "")}`} className={classes.crisis}>
            {crisis}
          </a>
        </Text>
      )}
    </>
  );
}
