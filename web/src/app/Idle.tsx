import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { signOut } from "../api/session";
import { useSite } from "../api/site";
import { useIdle } from "./useIdle";

/** Signs out whoever has gone away, and asks before: somebody else may be at the screen next. */
export function Idle() {
  const minutes = useSite()?.sign_in.idle_minutes;
  return minutes ? <Watch minutes={minutes} /> : null;
}

function Watch({ minutes }: { minutes: number }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = useCallback(async () => {
    await signOut(queries);
    await navigate({ to: "/sign-in", search: { why: "idle" } });
  }, [queries, navigate]);
  const { secondsLeft, stay } = useIdle(minutes, leave);
  return (
    <Modal opened={secondsLeft !== null} onClose={stay} title={t("idle.title")} withCloseButton={false}>
      <Stack>
        <Text>{t("idle.detail", { count: secondsLeft ?? 0 })}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={leave}>
            {t("signOut")}
          </Button>
          <Button onClick={stay} data-autofocus>
            {t("idle.stay")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
