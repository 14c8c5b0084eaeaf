import { useTranslation } from "react-i18next";
import { useMe } from "../../api/session";
import { Page } from "../../ui/Page";
import classes from "./Account.module.css";
import { OwnData } from "./OwnData";
import { PasswordChange } from "./PasswordChange";
import { SecondFactor } from "./SecondFactor";
import { SignIns } from "./SignIns";

/** One's own account. */
export function AccountPage() {
  const { t } = useTranslation("identity");
  const me = useMe();
  if (!me) return null;
  return (
    <Page title={t("account.title")}>
      <div className={classes.sections}>
        <section className={classes.section}>
          <h2 className={classes.heading}>{t("account.who")}</h2>
          <dl className={classes.facts}>
            <dt>{t("signUp.name")}</dt>
            <dd>{me.display_name}</dd>
            <dt>{t("login")}</dt>
            <dd>{me.login}</dd>
            <dt>{t("account.role")}</dt>
            <dd>{t(`role.${me.role}`)}</dd>
          </dl>
        </section>
        {me.role === "patient" && <OwnData />}
        <PasswordChange />
        <SecondFactor isOn={me.second_factor} />
        <SignIns />
      </div>
    </Page>
  );
}
