import { ActionIcon, Group, Tooltip } from "@mantine/core";
import { IconKeyboard, IconLockOpen, IconVolume, IconVolumeOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { OpenRecord } from "./OpenRecord";
import { useSound } from "./preferences";
import { ShortcutHelp } from "./ShortcutHelp";
import { allowSound, ring } from "./sound";

/** The sound, the keyboard's help, and the way to a record that is in nobody's care. */
export function Tools() {
  const { t } = useTranslation("care");
  const [sound, setSound] = useSound();
  const [shown, setShown] = useState<"help" | "record" | null>(null);
  const close = () => setShown(null);
  const toggle = () => {
    setSound(!sound);
    if (sound) return;
    allowSound();
    window.setTimeout(ring, 100);
  };
  const tools = [
    {
      name: t(sound ? "sound.on" : "sound.off"),
      icon: sound ? IconVolume : IconVolumeOff,
      act: toggle,
      on: sound,
    },
    { name: t("keys.title"), icon: IconKeyboard, act: () => setShown("help") },
    { name: t("glass.open"), icon: IconLockOpen, act: () => setShown("record") },
  ];
  return (
    <Group gap={4} wrap="nowrap">
      {tools.map(({ name, icon: Icon, act, on }) => (
        <Tooltip key={name} label={name}>
          <ActionIcon
            variant="default"
            size="var(--target)"
            aria-label={name}
            aria-pressed={on}
            onClick={act}
          >
            <Icon size={20} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
      <ShortcutHelp opened={shown === "help"} onClose={close} />
      <OpenRecord opened={shown === "record"} onClose={close} />
    </Group>
  );
}
