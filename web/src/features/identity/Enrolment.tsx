import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Page } from "../../ui/Page";
import { SecondFactorSetup } from "./SecondFactorSetup";

/** Staff who need a second factor and have none: the password was right, and this is all that it opens yet. */
export function Enrolment({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useTranslation("identity");
  return (
    <Page title={t("factor.needed")}>
      <Text mb="md">{t("factor.neededDetail")}</Text>
      <SecondFactorSetup token={token} onDone={onDone} />
    </Page>
  );
}
