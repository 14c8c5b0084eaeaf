import { Button, Code, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "../api/problem";
import { explain } from "./explain";
import classes from "./states.module.css";

interface FailedProps {
  error: unknown;
  /** Tries again: a query's refetch, or the router's reset. */
  retry?: () => unknown;
  reset?: () => void;
}

/** What went wrong, what to do, and the request id to quote. */
export function Failed({ error, retry, reset }: FailedProps) {
  const { t } = useTranslation();
  const again = retry ?? reset;
  const id = error instanceof ApiProblem ? error.requestId : null;
  const { title, detail } = explain(error, t);
  return (
    <Stack className={classes.failed} role="alert" gap="xs" m="md">
      <Text fw={650}>{title}</Text>
      <Text>{detail}</Text>
      {id && (
        <Text size="sm" c="dimmed">
          {t("failed.requestId")} <Code>{id}</Code>
        </Text>
      )}
      {again && (
        <Group mt="xs">
          <Button variant="default" onClick={() => again()}>
            {t("failed.retry")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
