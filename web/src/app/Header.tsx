import { Anchor, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Me } from "../api/session";
import { useSite } from "../api/site";
import { EmergencyButton } from "./EmergencyButton";
import classes from "./Header.module.css";
import { NAVIGATION } from "./nav";
import { ViewerMenu } from "./ViewerMenu";

/** The organisation, the pages of one's role, help in an emergency, and oneself. */
export function Header({ me }: { me: Me | null }) {
  const { t } = useTranslation();
  const site = useSite();
  const links = me ? NAVIGATION[me.role] : [];
  const forPatients = me === null || me.role === "patient";
  return (
    <header className={`${classes.header} not-printed`}>
      <div className={classes.bar}>
        <Anchor component={Link} to="/" className={classes.brand} underline="never">
          <img src="/icon.svg" alt="" width={28} height={28} />
          <span className={classes.name}>{site?.organisation ?? t("product")}</span>
        </Anchor>
        {links.length > 0 && (
          <nav aria-label={t("nav.label")} className={classes.nav}>
            {links.map(({ to, text }) => (
              <Link key={to} to={to} className={classes.link} activeProps={{ className: classes.current }}>
                {t(text)}
              </Link>
            ))}
          </nav>
        )}
        <Group gap="xs" wrap="nowrap" className={classes.end}>
          {forPatients && <EmergencyButton />}
          <ViewerMenu me={me} />
        </Group>
      </div>
    </header>
  );
}
