import { useLocalStorage } from "@mantine/hooks";

/** How somebody likes to work, kept in this browser. Nothing of a patient. */
export function useSound(): [boolean, (on: boolean) => void] {
  const [on, set] = useLocalStorage({
    key: "bedside.sound",
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  return [on, set];
}

/** Single-key shortcuts can be turned off (WCAG 2.2, success criterion 2.1.4). */
export function useShortcutsOn(): [boolean, (on: boolean) => void] {
  const [on, set] = useLocalStorage({
    key: "bedside.keys",
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  return [on, set];
}
