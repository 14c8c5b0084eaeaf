import { Kbd, Modal, Stack, Switch, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useShortcutsOn, useSound } from "./preferences";

const KEYS = ["j", "k", "enter", "c", "a", "l", "r", "n", "h", "x", "u", "e", "w", "slash", "help"] as const;

/** What each key does, and how to turn the keys and the sound off. */
export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("care");
  const { t: common } = useTranslation();
  const [on, setOn] = useShortcutsOn();
  const [sound, setSound] = useSound();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("keys.title")}
      closeButtonProps={{ "aria-label": common("close"), size: "lg" }}
    >
      <Stack>
        <Switch checked={on} onChange={(event) => setOn(event.currentTarget.checked)} label={t("keys.on")} />
        <Switch
          checked={sound}
          onChange={(event) => setSound(event.currentTarget.checked)}
          label={t("sound.label")}
        />
        <Table verticalSpacing={6} aria-label={t("keys.title")}>
          <Table.Tbody>
            {KEYS.map((key) => (
              <Table.Tr key={key}>
                <Table.Th scope="row" w={130}>
                  <Kbd>{t(`keys.${key}.key`)}</Kbd>
                </Table.Th>
                <Table.Td>{t(`keys.${key}.does`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Text size="sm" c="dimmed">
          {t("keys.typing")}
        </Text>
      </Stack>
    </Modal>
  );
}
