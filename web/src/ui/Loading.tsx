import { Center, Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Something is on its way. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <Center mih={160} role="status">
      <Loader aria-hidden type="dots" />
      <span className="visually-hidden">{t("loading")}</span>
    </Center>
  );
}
