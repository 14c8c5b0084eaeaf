import { Anchor } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AccountView } from "../../../api/schema";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { Page } from "../../../ui/Page";
import { When } from "../../../ui/When";
import { AccountTags } from "./AccountTags";
import { Acts } from "./Acts";
import { withoutSignIn } from "./lastSignIn";
import { useUser } from "./queries";
import { SignInList } from "./SignInList";
import classes from "./User.module.css";

/** One account: what it is, its sign-ins, and what can be done. The title holds no name. */
export function UserPage() {
  const { t } = useTranslation("users");
  const { userId } = useParams({ strict: false });
  const { data, error, isPending, refetch } = useUser(userId ?? "");
  return (
    <Page title={t("one")}>
      <Anchor component={Link} to="/users" className={classes.back}>
        <IconArrowLeft size={18} aria-hidden className={classes.arrow} />
        {t("all")}
      </Anchor>
      {isPending && <Loading />}
      {error && <Failed error={error} retry={refetch} />}
      {data && (
        <div className={classes.stack}>
          <Facts account={data} />
          <Acts account={data} />
          <SignInList id={data.id} />
        </div>
      )}
    </Page>
  );
}

function Facts({ account }: { account: AccountView }) {
  const { t } = useTranslation("users");
  return (
    <section className={classes.card} aria-labelledby="who">
      <h2 id="who" className={classes.name}>
        {account.display_name}
      </h2>
      <p className={classes.login}>{account.login}</p>
      <AccountTags account={account} />
      <dl className={classes.facts}>
        <dt>{t("role.label")}</dt>
        <dd>{t(`role.${account.role}`)}</dd>
        <dt>{t("created")}</dt>
        <dd>
          <When at={account.created_at} />
        </dd>
        <dt>{t("lastSignIn")}</dt>
        <dd>{account.last_sign_in_at ? <When at={account.last_sign_in_at} /> : t(withoutSignIn(account))}</dd>
        {account.disabled_at && (
          <>
            <dt>{t("disabledAt")}</dt>
            <dd>
              <When at={account.disabled_at} />
            </dd>
          </>
        )}
        {account.locked_until && (
          <>
            <dt>{t("lockedUntil")}</dt>
            <dd>
              <When at={account.locked_until} />. {t("lockedWhy")}
            </dd>
          </>
        )}
        <dt>{t("id")}</dt>
        <dd>
          <code>{account.id}</code>
        </dd>
      </dl>
    </section>
  );
}
