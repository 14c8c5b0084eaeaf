import { Button, Stack, Text } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSite } from "../api/site";
import classes from "./Emergency.module.css";

/** The number as a button that dials. */
export function EmergencyCall() {
  const { t } = useTranslation();
  const number = useSite()?.emergency.number;
  if (!number) return <Text fw={650}>{t("emergency.noNumber")}</Text>;
  return (
    <Stack gap="xs">
      <Button
        component="a"
        href={`tel:${number.replaceAll(" ", "")}`}
        size="lg"
        fullWidth
        className={classes.button}
        leftSection={<IconPhone size={22} aria-hidden />}
      >
        {t("emergency.call", { number })}
      </Button>
    </Stack>
  );
}
