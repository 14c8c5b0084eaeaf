import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { explain } from "../../ui/explain";

/** Why an act beside it did not happen. Always there, so that a screen reader hears when it comes. */
export function Refused({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <div role="alert" style={{ gridColumn: "1 / -1" }}>
      {error !== null && error !== undefined && (
        <Text c="var(--mantine-color-error)" size="sm">
          {explain(error, t).title}: {explain(error, t).detail}
        </Text>
      )}
    </div>
  );
}
