import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { explain } from "../../ui/explain";
import classes from "./Account.module.css";

/** Everything that is kept about the patient, as a file (GDPR, article 15 (3) and 20). */
export function OwnData() {
  const { t } = useTranslation("identity");
  const { t: common } = useTranslation();
  const download = useMutation({
    mutationFn: async () => save(await ok(api.GET("/api/me/export"))),
  });
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>{t("data.title")}</h2>
      <p className={classes.text}>{t("data.detail")}</p>
      {download.error && (
        <p role="alert" className={classes.text}>
          {explain(download.error, common).title}: {explain(download.error, common).detail}
        </p>
      )}
      <Button
        variant="default"
        leftSection={<IconDownload size={18} aria-hidden />}
        loading={download.isPending}
        onClick={() => download.mutate()}
      >
        {t("data.action")}
      </Button>
    </section>
  );
}

function save(everything: object): void {
  const file = new Blob([JSON.stringify(everything, null, 2)], { type: "application/json" });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = "bedside.json";
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
