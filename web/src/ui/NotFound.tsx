import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "./Page";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("notFound.title")}>
      <p>{t("notFound.detail")}</p>
      <Anchor component={Link} to="/">
        {t("notFound.home")}
      </Anchor>
    </Page>
  );
}
