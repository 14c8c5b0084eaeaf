import {
  Alert,
  Button,
  Group,
  Modal,
  NativeSelect,
  PasswordInput,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AccountView } from "../../../api/schema";
import { explain } from "../../../ui/explain";
import { idempotencyKey, useCreateUser } from "./queries";
import { type AccountRole, ROLES } from "./roles";

/** A new account: by default its owner is sent a link to choose the password, which nobody else then knows. */
export function NewUser({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("users");
  const { t: common } = useTranslation();
  const [made, setMade] = useState<AccountView | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("new.title")}
      closeButtonProps={{ "aria-label": common("close"), size: "lg" }}
    >
      {made ? <Made account={made} onClose={onClose} /> : <Form onCancel={onClose} onMade={setMade} />}
    </Modal>
  );
}

function Form({ onCancel, onMade }: { onCancel: () => void; onMade: (made: AccountView) => void }) {
  const { t } = useTranslation("users");
  const { t: common } = useTranslation();
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<AccountRole>("nurse");
  const [invites, setInvites] = useState(true);
  const [password, setPassword] = useState("");
  const sent = useRef({ body: "", key: "" });
  const create = useCreateUser(onMade);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = { login: login.trim(), display_name: name.trim(), role, ...(invites ? {} : { password }) };
    // The same form sent again has the same key; a changed one is another request.
    if (sent.current.body !== JSON.stringify(body)) {
      sent.current = { body: JSON.stringify(body), key: idempotencyKey() };
    }
    create.mutate({ body, key: sent.current.key });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {create.error && (
          <Alert color="red" title={explain(create.error, common).title}>
            {explain(create.error, common).detail}
          </Alert>
        )}
        <TextInput
          label={t("new.login")}
          type="email"
          autoComplete="off"
          required
          data-autofocus
          maxLength={254}
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <TextInput
          label={t("new.name")}
          autoComplete="off"
          required
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label={t("role.label")}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as AccountRole)}
          data={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
        />
        <Switch
          label={t("new.invite")}
          description={t("new.inviteHelp")}
          checked={invites}
          onChange={(event) => setInvites(event.currentTarget.checked)}
        />
        {!invites && (
          <PasswordInput
            label={t("new.password")}
            description={t("new.passwordHelp")}
            autoComplete="new-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {common("cancel")}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t(invites ? "new.submitInvite" : "new.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Made({ account, onClose }: { account: AccountView; onClose: () => void }) {
  const { t } = useTranslation("users");
  const { t: common } = useTranslation();
  return (
    <Stack>
      <Text role="status">{t("new.made", { login: account.login })}</Text>
      <Group justify="flex-end">
        <Button component={Link} to={`/users/${account.id}`} variant="default">
          {t("new.see")}
        </Button>
        <Button onClick={onClose} data-autofocus>
          {common("close")}
        </Button>
      </Group>
    </Stack>
  );
}
