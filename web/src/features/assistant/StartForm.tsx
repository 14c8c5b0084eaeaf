import { Alert, NumberInput, SegmentedControl, Select, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, idempotencyKey, ok } from "../../api/client";
import type { StartConversation } from "../../api/schema";
import { explain } from "../../ui/explain";
import { Composer } from "./Composer";
import { useDraft } from "./drafts";
import { say } from "./outbox";
import classes from "./StartForm.module.css";

type About = NonNullable<StartConversation["about"]>;

const MONTHS_A_YEAR = 12;

/** Begins with the patient's own words; who it is for and their age stand beside. */
export function StartForm() {
  const { t } = useTranslation("assistant");
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useDraft("start");
  const [about, setAbout] = useState<About>("self");
  const [age, setAge] = useState<number | string>("");
  const [unit, setUnit] = useState("years");
  const who = useId();
  const key = useRef({ for: "", key: "" });

  const start = useMutation({
    mutationFn: async (said: string) => {
      const years = typeof age === "number" ? age / (unit === "months" ? MONTHS_A_YEAR : 1) : null;
      const body: StartConversation = { about, age_years: years };
      // The same beginning sent again after a lost connection begins nothing twice.
      const what = JSON.stringify(body);
      if (key.current.for !== what) key.current = { for: what, key: idempotencyKey() };
      const begun = await ok(
        api.POST("/api/conversations", { body, params: { header: { "Idempotency-Key": key.current.key } } }),
      );
      say(begun.id, { text: said }, said);
      return begun;
    },
    onSuccess: async ({ id }) => {
      setText("");
      await navigate({ to: "/conversations/$conversationId", params: { conversationId: id } });
    },
  });

  return (
    <Stack gap="md" className={classes.start}>
      <div>
        <p id={who} className={classes.label}>
          {t("start.who")}
        </p>
        <SegmentedControl
          aria-labelledby={who}
          fullWidth
          size="md"
          value={about}
          onChange={(value) => setAbout(value as About)}
          classNames={{ label: classes.choice }}
          data={(["self", "child", "other"] as const).map((value) => ({
            value,
            label: t(`start.about.${value}`),
          }))}
        />
      </div>
      <div className={classes.age}>
        <NumberInput
          label={t(about === "self" ? "start.ageSelf" : "start.age")}
          size="md"
          min={0}
          max={130}
          allowNegative={false}
          clampBehavior="strict"
          allowDecimal={false}
          hideControls
          inputMode="numeric"
          value={age}
          onChange={setAge}
        />
        {about !== "self" && (
          <Select
            aria-label={t("start.unit")}
            size="md"
            data={[
              { value: "years", label: t("start.years") },
              { value: "months", label: t("start.months") },
            ]}
            value={unit}
            onChange={(value) => setUnit(value ?? "years")}
            allowDeselect={false}
          />
        )}
      </div>
      {start.error && (
        <Alert color="red.9" role="alert" title={explain(start.error, common).title}>
          {explain(start.error, common).detail} {t("start.kept")}
        </Alert>
      )}
      <p className={classes.label} aria-hidden>
        {t(`start.label.${about}`)}
      </p>
      <Composer
        text={text}
        onText={setText}
        onSend={(said) => start.mutate(said)}
        label={t(`start.label.${about}`)}
        placeholder={t("start.placeholder")}
        action={t("start.action")}
        busy={start.isPending}
        rows={4}
      />
    </Stack>
  );
}
