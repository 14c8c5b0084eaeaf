import { Modal, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { EmergencyCall } from "./EmergencyCall";
import { EmergencySigns } from "./EmergencySigns";

/** Whom to call now, and for what. It needs nothing from the server that was not there before. */
export function EmergencyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("emergency.title")}
      closeButtonProps={{ "aria-label": t("close"), size: "lg" }}
    >
      <Stack gap="md">
        <EmergencyCall />
        <Text>{t("emergency.stay")}</Text>
        <EmergencySigns />
      </Stack>
    </Modal>
  );
}
