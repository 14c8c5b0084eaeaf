import { Button, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSite } from "../../api/site";
import { EmergencyCall } from "../../app/EmergencyCall";
import { EmergencySigns } from "../../app/EmergencySigns";
import { Page } from "../../ui/Page";
import classes from "./Landing.module.css";
import { SampleSignIns } from "./SampleSignIns";

/** Before any sign-in: whom to call in an emergency and for what, what this place is, and how to go on. */
export function LandingPage() {
  const { t } = useTranslation("identity");
  const site = useSite();
  return (
    <Page title={t("landing.title", { organisation: site?.organisation ?? "Bedside" })}>
      <p className={classes.lead}>{t("landing.lead")}</p>
      <section className={classes.emergency} aria-labelledby="emergency">
        <h2 id="emergency" className={classes.heading}>
          {t("landing.emergency")}
        </h2>
        <EmergencyCall />
        <EmergencySigns />
      </section>
      <section className={classes.ways} aria-labelledby="ways">
        <h2 id="ways" className={classes.heading}>
          {t("landing.otherwise")}
        </h2>
        <ol className={classes.steps}>
          <li>{t("landing.step1")}</li>
          <li>{t("landing.step2")}</li>
          <li>{t("landing.step3")}</li>
        </ol>
        <div className={classes.buttons}>
          {site?.sign_in.sign_up && (
            <Button component={Link} to="/sign-up" size="md" className={classes.button}>
              {t("signUp.title")}
            </Button>
          )}
          <Button
            component={Link}
            to="/sign-in"
            size="md"
            variant={site?.sign_in.sign_up ? "default" : "filled"}
            className={classes.button}
          >
            {t("signIn.title")}
          </Button>
        </div>
        {site && !site.staffed.always && (
          <Text c="dimmed">
            {t(site.staffed.now ? "landing.staffedNow" : "landing.notStaffed", { hours: site.staffed.hours })}
          </Text>
        )}
        {site?.clinically_reviewed === false && <Text c="dimmed">{t("landing.notReviewed")}</Text>}
      </section>
      <SampleSignIns />
    </Page>
  );
}
