import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch, IconUserPlus } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AccountView } from "../../../api/schema";
import { Empty } from "../../../ui/Empty";
import { Failed } from "../../../ui/Failed";
import { Loading } from "../../../ui/Loading";
import { Page } from "../../../ui/Page";
import { Ago } from "../../../ui/When";
import { AccountTags } from "./AccountTags";
import { withoutSignIn } from "./lastSignIn";
import { NewUser } from "./NewUser";
import { useUsers } from "./queries";
import { type AccountRole, ROLES } from "./roles";
import classes from "./Users.module.css";

const PAUSE_MS = 250;

/** Everybody who can sign in: search, filters, and a page for each. */
export function UsersPage() {
  const { t } = useTranslation("users");
  const { t: common } = useTranslation();
  const [search, setSearch] = useState("");
  const [role, setRole] = useState<AccountRole | null>(null);
  const [disabled, setDisabled] = useState<boolean | null>(null);
  const [adding, setAdding] = useState(false);
  const [asked] = useDebouncedValue(search.trim(), PAUSE_MS);
  const users = useUsers({ search: asked, role, disabled });
  const shown = users.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page
      title={common("nav.users")}
      wide
      actions={
        <Button leftSection={<IconUserPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
          {t("add")}
        </Button>
      }
    >
      <search className={classes.filters}>
        <TextInput
          label={t("search")}
          placeholder={t("searchExample")}
          leftSection={<IconSearch size={16} aria-hidden />}
          maxLength={100}
          autoComplete="off"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <NativeSelect
          label={t("role.label")}
          value={role ?? ""}
          onChange={(event) => setRole((event.currentTarget.value || null) as AccountRole | null)}
          data={[
            { value: "", label: t("any") },
            ...ROLES.map((value) => ({ value, label: t(`role.${value}`) })),
          ]}
        />
        <NativeSelect
          label={t("state.label")}
          value={disabled === null ? "" : String(disabled)}
          onChange={({ currentTarget: { value } }) => setDisabled(value === "" ? null : value === "true")}
          data={[
            { value: "", label: t("any") },
            { value: "false", label: t("state.active") },
            { value: "true", label: t("state.disabled") },
          ]}
        />
      </search>
      {users.isPending && <Loading />}
      {users.error && <Failed error={users.error} retry={users.refetch} />}
      {users.data && (
        <>
          <p role="status" className={classes.count}>
            {t(users.hasNextPage ? "shownMore" : "shown", { count: shown.length })}
          </p>
          {shown.length === 0 && <Empty title={t("none")}>{t("otherWords")}</Empty>}
          <ul className={classes.list} aria-label={common("nav.users")} aria-busy={users.isFetching}>
            {shown.map((account) => (
              <User key={account.id} account={account} />
            ))}
          </ul>
          {users.hasNextPage && (
            <div className={classes.more}>
              <Button
                variant="default"
                loading={users.isFetchingNextPage}
                onClick={() => users.fetchNextPage()}
              >
                {t("more")}
              </Button>
            </div>
          )}
        </>
      )}
      {adding && <NewUser onClose={() => setAdding(false)} />}
    </Page>
  );
}

function User({ account }: { account: AccountView }) {
  const { t } = useTranslation("users");
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <Link to="/users/$userId" params={{ userId: account.id }} className={classes.name}>
          {account.display_name}
        </Link>
        <span className={classes.login}>{account.login}</span>
      </div>
      <span>{t(`role.${account.role}`)}</span>
      <AccountTags account={account} />
      <span className={classes.last}>
        {account.last_sign_in_at ? (
          <>
            {t("signedIn")} <Ago at={account.last_sign_in_at} />
          </>
        ) : (
          t(withoutSignIn(account))
        )}
      </span>
    </li>
  );
}
