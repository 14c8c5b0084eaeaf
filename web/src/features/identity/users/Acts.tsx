import { Alert, Button, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AccountView } from "../../../api/schema";
import { useMe } from "../../../api/session";
import { Confirm } from "../../../ui/Confirm";
import { explain } from "../../../ui/explain";
import { type Act, useAct } from "./queries";
import { type AccountRole, ROLES } from "./roles";
import classes from "./User.module.css";

type Asked = { kind: AskedKind } | { kind: "role"; role: AccountRole };
type AskedKind = Exclude<Act["kind"], "end" | "revoke" | "role">;
type Kind = AskedKind | "role";
const DESTRUCTIVE: readonly Kind[] = ["disable", "second-factor"];

/** What an administrator can do to an account. Each is asked for once more, with what will come of it. */
export function Acts({ account }: { account: AccountView }) {
  const { t } = useTranslation("users");
  const { t: common } = useTranslation();
  const me = useMe();
  const [asking, setAsking] = useState<Asked | null>(null);
  const [role, setRole] = useState<AccountRole>(account.role as AccountRole);
  const [done, setDone] = useState<Kind | null>(null);
  const act = useAct(account.id, (performed) => {
    setAsking(null);
    setDone(performed.kind as Kind);
  });
  const ask = (wanted: Asked) => {
    act.reset();
    setDone(null);
    setAsking(wanted);
  };
  const kinds: AskedKind[] = [
    ...(account.locked_until && !account.disabled_at ? (["unlock"] as const) : []),
    account.disabled_at ? "enable" : "disable",
    "reset-password",
    ...(account.second_factor ? (["second-factor"] as const) : []),
  ];
  return (
    <section className={classes.card} aria-labelledby="acts">
      <h2 id="acts" className={classes.heading}>
        {t("acts.title")}
      </h2>
      {me?.id === account.id && <Alert color="orange">{t("acts.yourself")}</Alert>}
      <div className={classes.role}>
        <NativeSelect
          label={t("acts.newRole")}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as AccountRole)}
          data={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
        />
        <Button
          variant="default"
          disabled={role === account.role}
          onClick={() => ask({ kind: "role", role })}
        >
          {t("acts.role.button")}
        </Button>
      </div>
      <div className={classes.buttons}>
        {kinds.map((kind) => (
          <Button
            key={kind}
            variant={DESTRUCTIVE.includes(kind) ? "outline" : "default"}
            color={DESTRUCTIVE.includes(kind) ? "red.9" : undefined}
            className={DESTRUCTIVE.includes(kind) ? classes.destructive : undefined}
            onClick={() => ask({ kind })}
          >
            {t(`acts.${kind}.button`)}
          </Button>
        ))}
      </div>
      <p role="status" className={classes.done}>
        {done && t(`acts.${done}.done`)}
      </p>
      <Confirm
        opened={asking !== null}
        title={asking ? t(`acts.${asking.kind}.title`) : ""}
        action={asking ? t(`acts.${asking.kind}.button`) : ""}
        destructive={asking ? DESTRUCTIVE.includes(asking.kind) : false}
        busy={act.isPending}
        onConfirm={() => asking && act.mutate(asking)}
        onCancel={() => setAsking(null)}
      >
        {asking && t(`acts.${asking.kind}.detail`, { role: t(`role.${role}`) })}
        {act.error && (
          <Alert color="red" mt="sm" title={explain(act.error, common).title}>
            {explain(act.error, common).detail}
          </Alert>
        )}
      </Confirm>
    </section>
  );
}
