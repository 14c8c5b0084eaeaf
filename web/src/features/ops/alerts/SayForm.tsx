import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Refused } from "../Refused";

const MINUTES = { m30: 30, h1: 60, h4: 240, h24: 1440 } as const;
type Length = keyof typeof MINUTES;

interface SayFormProps {
  what: "acknowledge" | "silence";
  title: string;
  say: UseMutationResult<unknown, Error, { reason: string; until: string }>;
  close: () => void;
}

/** Asks why and until when, before an alert is acknowledged or silenced. */
export function SayForm({ what, title, say, close }: SayFormProps) {
  const { t } = useTranslation("alerts");
  const { t: common } = useTranslation();
  const [reason, setReason] = useState("");
  const [length, setLength] = useState<Length>("h1");
  const [looked, setLooked] = useState(false);
  const isShort = reason.trim().length < 3;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setLooked(true);
    if (isShort) return;
    const until = new Date(Date.now() + MINUTES[length] * 60_000).toISOString();
    say.mutate({ reason: reason.trim(), until });
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t(`ask.${what}`)}
      closeButtonProps={{ "aria-label": common("close"), size: "lg" }}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text fw={600}>{title}</Text>
          <Text>{t(`ask.${what}Help`)}</Text>
          <TextInput
            label={t("ask.reason")}
            description={t("ask.reasonHelp")}
            error={looked && isShort && t("ask.noReason")}
            required
            maxLength={500}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <NativeSelect
            label={t("ask.length")}
            value={length}
            onChange={(event) => setLength(event.currentTarget.value as Length)}
            data={(Object.keys(MINUTES) as Length[]).map((value) => ({ value, label: t(`ask.${value}`) }))}
          />
          <Refused error={say.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common("cancel")}
            </Button>
            <Button type="submit" loading={say.isPending}>
              {t(what)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
