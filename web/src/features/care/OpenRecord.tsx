import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

const ID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** Asks whose record to open, by the patient's id: the way to somebody who is in nobody's care. */
export function OpenRecord({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("care");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const [id, setId] = useState("");
  const [tried, setTried] = useState(false);
  const isId = ID.test(id.trim());
  const open = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isId) return;
    onClose();
    void navigate({ to: "/patients/$patientId", params: { patientId: id.trim().toLowerCase() } });
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("glass.open")}
      attributes={{ header: { role: "none" } }}
      closeButtonProps={{ "aria-label": common("close"), size: "lg" }}
    >
      <form onSubmit={open} noValidate>
        <Stack>
          <TextInput
            label={t("glass.id")}
            description={t("glass.idHelp")}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
            error={tried && !isId ? t("glass.notAnId") : null}
            autoComplete="off"
            spellCheck={false}
            required
            data-autofocus
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common("cancel")}
            </Button>
            <Button type="submit">{t("glass.next")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
