import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, idempotencyKey, ok } from "../../api/client";
import type { BreakGlassOut } from "../../api/schema";
import { Problem } from "./Problem";

const REASON_SHORTEST = 10;
const REASON_LONGEST = 1000;

interface BreakGlassProps {
  patientId: string;
  opened: boolean;
  onClose: () => void;
  onGranted: (grant: BreakGlassOut) => void;
}

/** Opens the record of a patient who is not in care, for an hour, with a reason that is kept and reviewed. */
export function BreakGlass({ patientId, opened, onClose, onGranted }: BreakGlassProps) {
  const { t } = useTranslation("care");
  const { t: common } = useTranslation();
  const [reason, setReason] = useState("");
  const [key] = useState(idempotencyKey);
  const open = useMutation({
    mutationFn: () =>
      ok(
        api.POST("/api/patients/{patient_id}/break-glass", {
          params: { path: { patient_id: patientId }, header: { "Idempotency-Key": key } },
          body: { reason },
        }),
      ),
    onSuccess: onGranted,
  });
  const isShort = reason.trim().length < REASON_SHORTEST;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!isShort && !open.isPending) open.mutate();
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("glass.title")}
      attributes={{ header: { role: "none" } }}
      closeButtonProps={{ "aria-label": common("close"), size: "lg" }}
    >
      <form onSubmit={send}>
        <Stack>
          <Text>{t("glass.warning")}</Text>
          <Textarea
            label={t("glass.reason")}
            description={t("glass.reasonHelp", { count: REASON_SHORTEST })}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={REASON_LONGEST}
            autosize
            minRows={2}
            required
            data-autofocus
          />
          <Problem error={open.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common("cancel")}
            </Button>
            <Button type="submit" color="red.9" loading={open.isPending} disabled={isShort}>
              {t("glass.do")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
