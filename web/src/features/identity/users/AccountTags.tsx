import { IconBan, IconFlask, IconLock, IconShieldCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AccountView } from "../../../api/schema";
import classes from "./Users.module.css";

/** What is special about an account, in words: disabled, locked, a sample, a second factor. */
export function AccountTags({ account }: { account: AccountView }) {
  const { t } = useTranslation("users");
  return (
    <span className={classes.tags}>
      {account.disabled_at && (
        <Tag kind="disabled" icon={<IconBan size={15} aria-hidden />}>
          {t("tag.disabled")}
        </Tag>
      )}
      {account.locked_until && (
        <Tag kind="locked" icon={<IconLock size={15} aria-hidden />}>
          {t("tag.locked")}
        </Tag>
      )}
      {account.is_sample && (
        <Tag kind="sample" icon={<IconFlask size={15} aria-hidden />}>
          {t("tag.sample")}
        </Tag>
      )}
      {account.second_factor && (
        <Tag kind="secured" icon={<IconShieldCheck size={15} aria-hidden />}>
          {t("tag.secondFactor")}
        </Tag>
      )}
    </span>
  );
}

function Tag({ kind, icon, children }: { kind: string; icon: ReactNode; children: ReactNode }) {
  return (
    <span className={classes.tag} data-kind={kind}>
      {icon}
      {children}
    </span>
  );
}
