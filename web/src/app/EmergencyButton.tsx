import { Button } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Emergency.module.css";
import { EmergencyDialog } from "./EmergencyDialog";

/** Always in a patient's reach. */
export function EmergencyButton() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        className={`${classes.button} ${classes.reach}`}
        leftSection={<IconPhone size={18} aria-hidden />}
        onClick={() => setOpen(true)}
        aria-haspopup="dialog"
      >
        {t("emergency.button")}
      </Button>
      <EmergencyDialog opened={open} onClose={() => setOpen(false)} />
    </>
  );
}
